using System.Text.Json;

namespace Examples.Tests.Hosting;

/// <summary>The clients, running against a fleet.</summary>
internal sealed class ClientLoad : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };

    private readonly string folder = Directory.CreateTempSubdirectory("examples-").FullName;
    private readonly ExampleProgram program;

    private ClientLoad(Fleet fleet, string secret)
    {
        File.WriteAllText(SecretPath, secret + "\n");
        var endpoints = fleet.Replicas.SelectMany(static replica => new[] { "--endpoint", replica.Endpoint.ToString() });
        program = ExampleProgram.Start(
            "clients",
            new Dictionary<string, string?>(StringComparer.Ordinal),
            [.. endpoints, "--secret-file", SecretPath, "--summary", SummaryPath]);
    }

    public string SecretPath => Path.Combine(folder, "secret");

    public string SummaryPath => Path.Combine(folder, "summary.json");

    /// <summary>Starts them, and waits until they send.</summary>
    public static async Task<ClientLoad> StartAsync(Fleet fleet, string secret)
    {
        var clients = new ClientLoad(fleet, secret);
        try
        {
            await clients.CountAsync("the first requests", static summary => summary.Requests > 0);
            return clients;
        }
        catch
        {
            await clients.DisposeAsync();
            throw;
        }
    }

    /// <summary>Replaces the secret file in one step.</summary>
    public void Use(string secret)
    {
        File.WriteAllText(SecretPath + ".new", secret);
        File.Move(SecretPath + ".new", SecretPath, overwrite: true);
    }

    /// <summary>Waits until their own count, which they write every second, is as it should be.</summary>
    public async Task<LoadSummary> CountAsync(string what, Predicate<LoadSummary> isSo)
    {
        LoadSummary? summary = null;
        await Wait.ForAsync(what, async () =>
        {
            Assert.False(program.HasExited, "the clients have ended");
            summary = File.Exists(SummaryPath) ? await SummaryAsync() : null;
            return summary is not null && isSo(summary);
        });
        return summary!;
    }

    /// <summary>Waits until they have sent some more.</summary>
    public async Task SendAsync(int requests)
    {
        var sent = (await SummaryAsync()).Requests;
        await CountAsync($"{requests} more requests", summary => summary.Requests >= sent + requests);
    }

    /// <summary>Asks them to stop, and waits until they have.</summary>
    public async Task<(LoadSummary Summary, ProgramExit Exit)> StopAsync()
    {
        program.AskToStop();
        var exit = await program.ExitAsync();
        Assert.Equal(0, exit.Code);
        return (await SummaryAsync(), exit);
    }

    public async Task<LoadSummary> KillAsync()
    {
        program.Kill();
        await program.ExitAsync();
        return await SummaryAsync();
    }

    /// <summary>What they have written beside their output: the text of every file in their folder but the secret.</summary>
    public IEnumerable<string> Written() => Directory.EnumerateFiles(folder).Where(path => path != SecretPath).Select(File.ReadAllText);

    public async ValueTask DisposeAsync()
    {
        await program.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<LoadSummary> SummaryAsync() =>
        JsonSerializer.Deserialize<LoadSummary>(await File.ReadAllTextAsync(SummaryPath, TestContext.Current.CancellationToken), Json)!;
}

/// <summary>The summary file.</summary>
internal sealed record LoadSummary(
    long Requests,
    long Failed,
    IReadOnlyDictionary<string, long> Failures,
    DateTimeOffset? FirstFailure,
    DateTimeOffset Started,
    DateTimeOffset? Stopped,
    int SecretsSeen,
    double? P50Milliseconds,
    double? P99Milliseconds)
{
    public long Succeeded => Requests - Failed;
}
