using System.Text.Json;
using RotateSecrets.GitHub.Client;

namespace RotateSecrets.GitHub.Audit;

/// <summary>A job that was given secrets, as the audit log tells of it.</summary>
/// <param name="At">When it began.</param>
/// <param name="Repository">The repository in which it ran: <c>owner/name</c>.</param>
/// <param name="Job">Its name; where the log has none, the workflow in which it stands.</param>
/// <param name="Run">The id of its run; 0 where the log has none.</param>
/// <param name="Environment">Its environment; null where it had none.</param>
/// <param name="Workflows">The workflow in which it stands and those that called that one: <c>owner/name/path@ref</c>.</param>
/// <param name="Secrets">The names of the secrets that it was given.</param>
/// <remarks>Source: GitHub's page "Audit log events for your organization", workflows.prepared_workflow_job: it has no fields but these that tell of the file.</remarks>
internal sealed record PreparedJob(
    DateTimeOffset At, string Repository, string Job, long Run, string? Environment, IReadOnlyList<string> Workflows, IReadOnlyList<string> Secrets)
{
    /// <summary>The action that the log calls it by.</summary>
    public const string Action = "workflows.prepared_workflow_job";

    /// <summary>The files of the repository itself that it came of.</summary>
    public IEnumerable<string> OwnPaths => Workflows.Select(Path).Where(path => path.StartsWith(Repository + "/", StringComparison.OrdinalIgnoreCase)).Select(path => path[(Repository.Length + 1)..]);

    /// <summary>The file that it came of: a path of the repository, or one that begins with the name of another repository; empty where the log doesn't tell.</summary>
    public string File => OwnPaths.LastOrDefault() ?? Workflows.Select(Path).LastOrDefault() ?? string.Empty;

    /// <summary>The job, for people.</summary>
    public string Words => FormattableString.Invariant($"{Repository}, job {Job}, run {Run}");

    /// <summary>Reads it; null where the entry is of something else.</summary>
    /// <param name="entry">An entry of the log.</param>
    /// <param name="at">When it was made.</param>
    public static PreparedJob? Of(JsonElement entry, DateTimeOffset at)
    {
        if (entry.Text("action") != Action || entry.Text("repo") is not { Length: > 0 } repository)
        {
            return null;
        }

        var own = entry.Text("job_workflow_ref") is { Length: > 0 } reference ? reference : null;
        return new PreparedJob(
            at,
            repository,
            entry.Text("job_name") ?? own ?? "unknown",
            entry.Number("workflow_run_id") ?? 0,
            entry.Text("environment_name") is { Length: > 0 } environment ? environment : null,
            [.. new[] { own }.OfType<string>(), .. Texts(entry.At("calling_workflow_refs"))],
            [.. Texts(entry.At("secrets_passed"))]);
    }

    private static string Path(string workflow) => workflow.IndexOf('@', StringComparison.Ordinal) is var at and > 0 ? workflow[..at] : workflow;

    private static IEnumerable<string> Texts(JsonElement list) =>
        list.Items().Where(static item => item.ValueKind == JsonValueKind.String).Select(static item => item.GetString()!);
}
