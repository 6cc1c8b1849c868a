using System.Diagnostics;
using System.Text;
using RotateSecrets.Peers.GitHub;

namespace RotateSecrets.GitHub.Tests.Rotations;

/// <summary>A rotation in a process of its own, on a server of its own.</summary>
internal sealed class KilledRotation : IAsyncDisposable
{
    private const string Deploy = "on: push\njobs:\n  deploy:\n    uses: ./.github/workflows/reusable.yml\n    secrets:\n      token: ${{ secrets.JWT }}\n";
    private const string Reusable = "on:\n  workflow_call:\n    secrets: { token: { required: true } }\njobs:\n  run:\n    runs-on: x\n    steps: [{ run: 'x ${{ secrets.token }}' }]\n";
    private const string Smoke = "on: workflow_dispatch\njobs:\n  smoke:\n    runs-on: x\n    steps: [{ run: 'x ${{ secrets.JWT }}' }]\n";

    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
    private readonly GitHubDouble server;
    private string? rotation;
    private int writes;

    private KilledRotation(GitHubDouble server) => this.server = server;

    /// <summary>How many requests changed something, or tried to.</summary>
    public int Writes => writes;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<KilledRotation> BuildAsync()
    {
        var started = await GitHubDouble.StartAsync();
        started.Arrange(static state =>
        {
            var repository = state.Repository("acme/proxy");
            repository.Commit("main", "Deploy", (".github/workflows/deploy.yml", Deploy), (".github/workflows/reusable.yml", Reusable), (".github/workflows/smoke.yml", Smoke));
            repository.Secrets().Put("JWT", "the old value");
            repository.Actions.Workflow("smoke.yml").Judge = static job => job.Used.Values.Any(static value => Encoding.UTF8.GetString(value) is "the new value" or "the old value") ? null : "Log in";
        });
        return new KilledRotation(started);
    }

    /// <summary>What isn't as it should be: one value that works, under its own name alone, and workflows that read it; null where all is.</summary>
    public string? Flaw() => server.Ask(static state =>
    {
        var repository = state.Repository("acme/proxy");
        var secrets = repository.Secrets().All.ToList();
        return secrets.Count != 1 || secrets[0].Name != "JWT" || secrets[0].IsGarbage || secrets[0].Text is not ("the new value" or "the old value")
            ? $"secrets: {string.Join(", ", secrets.Select(static secret => secret.Name))}"
            : repository.Read("main", ".github/workflows/deploy.yml") != Deploy || repository.Read("main", ".github/workflows/smoke.yml") != Smoke ? "workflows were left changed"
            : repository.Branches.Count != 1 ? "a branch was left" : null;
    });

    /// <summary>Starts a rotation and kills it at a request that changes something.</summary>
    /// <returns>Which request that was; null where there were fewer.</returns>
    public async Task<string?> RunKilledAsync(int point)
    {
        string? killedAt = null;
        using var process = Start("invoke");
        server.After = (question, reply) =>
        {
            var isWrite = !question.Route.Name.StartsWith("GET ", StringComparison.Ordinal) && question.Route.Name != "POST /graphql";
            if (isWrite && Interlocked.Increment(ref writes) == point)
            {
                killedAt = question.Route.Name;
                process.Kill();
            }

            return reply;
        };
        var said = await EndAsync(process);
        server.After = null;
        rotation = said.Split('\n').FirstOrDefault(static line => line.StartsWith("ROTATION ", StringComparison.Ordinal))?["ROTATION ".Length..].Trim();
        Assert.True(killedAt is not null || said.Contains("STATE Completed", StringComparison.Ordinal), said);
        return killedAt;
    }

    /// <summary>Resumes or undoes it in another process.</summary>
    /// <returns>What that one said.</returns>
    public async Task<string> RunAsync(string verb)
    {
        while (true)
        {
            using var process = Start(verb);
            var said = await EndAsync(process);

            // The one who was killed holds its lease for a moment more.
            if (!said.Contains("LeaseHeld", StringComparison.Ordinal))
            {
                return said;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> EndAsync(Process process)
    {
        var said = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return said;
    }

    private Process Start(string verb)
    {
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "rotator", "GitHubRotator.dll"), server.Address.ToString(), Path.Combine(folder, "journal.db"), verb, rotation ?? "-"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["GH_TOKEN"] = server.Operator.Token;
        start.Environment["ROTATESECRETS_HOME"] = folder;
        return Process.Start(start)!;
    }
}
