using System.Text.Json;
using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Client;
using RotateSecrets.GitHub.Repositories;
using RotateSecrets.GitHub.Workflows;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Runs;

/// <summary>Asks for a run of the smoke workflow, and finds out which run that is.</summary>
/// <param name="server">The server.</param>
/// <param name="reader">Reads repositories.</param>
/// <param name="calls">The requests about runs.</param>
/// <param name="notes">Remembers which runs were asked for.</param>
internal sealed class SmokeDispatch(GitHubServer server, RepositoryReader reader, RunCalls calls, DispatchNotes notes)
{
    /// <summary>The input by which a workflow can be told which rotation its run belongs to: shown in run-name, the run can be told from all others.</summary>
    public const string RotationInput = "rotation";

    private const int Looks = 30;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    /// <summary>The run that belongs to a token: the one that was asked for before, or a new one.</summary>
    public async Task<Outcome<long>> RunAsync(string repository, RunRequest runs, string token, CancellationToken cancellation)
    {
        var workflow = runs.Workflow!;
        var note = notes.Find(repository, workflow, token);
        if (note?.Run is { } known)
        {
            return known;
        }

        if (note is not null)
        {
            if ((await FindAsync(repository, workflow, token, note.SentAt, [], mustBeOne: false, cancellation)).Failed(out var failure, out var found))
            {
                return failure;
            }

            if (found.Id is { } earlier)
            {
                notes.Keep(repository, workflow, token, note with { Run = earlier });
                return earlier;
            }
        }

        if ((await InputsAsync(repository, runs, token, cancellation)).Failed(out var unfit, out var inputs))
        {
            return unfit;
        }

        return await DispatchAsync(repository, runs, token, inputs, cancellation);
    }

    private async Task<Outcome<long>> DispatchAsync(string repository, RunRequest runs, string token, (string Ref, IReadOnlyDictionary<string, string> Values) inputs, CancellationToken cancellation)
    {
        var workflow = runs.Workflow!;
        var sentAt = server.Api.Clock.Now;
        if ((await calls.DispatchedAsync(repository, workflow, sentAt - Margin, cancellation)).Failed(out var failure, out var before))
        {
            return failure;
        }

        notes.Keep(repository, workflow, token, new DispatchNote(sentAt, null, false));
        var body = new Dictionary<string, object>(StringComparer.Ordinal) { ["ref"] = inputs.Ref, ["inputs"] = inputs.Values, ["return_run_details"] = true };
        var asked = await SendAsync(repository, workflow, body, cancellation);
        if (asked.Failure is { Code: FailureCode.ValueInvalid })
        {
            // An older server refuses what it doesn't know, and has then made no run.
            body.Remove("return_run_details");
            asked = await SendAsync(repository, workflow, body, cancellation);
        }

        if (asked.Failed(out failure, out var answer))
        {
            return failure;
        }

        if (answer.Body.Number("workflow_run_id") is { } told)
        {
            notes.Keep(repository, workflow, token, new DispatchNote(sentAt, told, false));
            return told;
        }

        // A server that doesn't tell shows it in the list after a while.
        for (var look = 0; look < Looks; look++)
        {
            if ((await FindAsync(repository, workflow, token, sentAt - Margin, [.. before.Select(static run => run.Id)], mustBeOne: true, cancellation)).Failed(out failure, out var found))
            {
                return failure;
            }

            if (found.Id is { } id)
            {
                notes.Keep(repository, workflow, token, new DispatchNote(sentAt, id, false));
                return id;
            }

            await Task.Delay(Pause, server.Time, cancellation);
        }

        return new Failure(FailureCode.DeadlineExceeded, repository, $"GitHub took the demand for a run of {workflow} in {repository}, and shows no such run.") { Effect = Effect.Unknown };
    }

    private Task<Outcome<GitHubAnswer>> SendAsync(string repository, string workflow, Dictionary<string, object> body, CancellationToken cancellation) => server.Api.SendAsync(
        new CallNeed(repository, "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches", "Actions: write"),
        $"repos/{BranchList.Escaped(repository)}/actions/workflows/{Uri.EscapeDataString(workflow)}/dispatches",
        JsonSerializer.Serialize(body),
        cancellation);

    private async Task<Outcome<(long? Id, bool Any)>> FindAsync(
        string repository, string workflow, string token, DateTimeOffset since, HashSet<long> known, bool mustBeOne, CancellationToken cancellation)
    {
        if ((await calls.DispatchedAsync(repository, workflow, since, cancellation)).Failed(out var failure, out var runs))
        {
            return failure;
        }

        var fresh = runs.Where(run => !known.Contains(run.Id)).ToList();
        if (fresh.Find(run => run.Title.Contains(token, StringComparison.Ordinal)) is { } named)
        {
            return (named.Id, true);
        }

        return fresh.Count > 1 && mustBeOne
            ? new Failure(FailureCode.VersionConflict, repository, $"Several runs of {workflow} in {repository} were asked for at the same time, and which one is this rotation's can't be told.")
            {
                Remedy = $"Give the workflow an input '{RotationInput}' and the line: run-name: Smoke test ${{{{ inputs.{RotationInput} }}}}",
                Effect = Effect.Unknown,
            }
            : (fresh.Count == 0 ? null : fresh[0].Id, fresh.Count > 0);
    }

    private async Task<Outcome<(string Ref, IReadOnlyDictionary<string, string> Values)>> InputsAsync(string repository, RunRequest runs, string token, CancellationToken cancellation)
    {
        if ((await reader.ReadAsync(repository, cancellation)).Failed(out var failure, out var snapshot))
        {
            return failure;
        }

        var gitRef = runs.Ref ?? snapshot.DefaultBranch;
        var values = new Dictionary<string, string>(runs.Inputs, StringComparer.Ordinal);
        if (snapshot.Branches.FirstOrDefault(branch => branch.Name == gitRef) is not { } branch)
        {
            // A tag: what the workflow takes is then the server's to say.
            return (gitRef, values);
        }

        var path = $".github/workflows/{runs.Workflow}";
        if (snapshot.Tree(branch).Files.FirstOrDefault(file => file.Path == path) is not { } file)
        {
            return new Failure(FailureCode.FileNotFound, $"{repository}:{path}@{gitRef}", $"There is no workflow {runs.Workflow} in {repository} on {gitRef}.");
        }

        if (WorkflowTriggers.Read(file).Failed(out failure, out var triggers))
        {
            return failure;
        }

        if (!triggers.HasDispatch)
        {
            return Unfit(repository, path, gitRef, $"{runs.Workflow} can't be asked to run: it has no 'on: workflow_dispatch'.");
        }

        if (triggers.Inputs.Any(static input => input.Name == RotationInput))
        {
            values[RotationInput] = token;
        }

        return values.Keys.FirstOrDefault(name => triggers.Inputs.All(input => input.Name != name)) is { } unknown ? Unfit(repository, path, gitRef, $"{runs.Workflow} has no input '{unknown}'.")
            : triggers.Inputs.FirstOrDefault(input => input.Required && input.Default is null && !values.ContainsKey(input.Name)) is { } missing
                ? Unfit(repository, path, gitRef, $"{runs.Workflow} wants the input '{missing.Name}', and the plan doesn't give it.")
            : (gitRef, values);
    }

    private static Failure Unfit(string repository, string path, string gitRef, string why) => new(FailureCode.DocumentInvalid, $"{repository}:{path}@{gitRef}", why);
}
