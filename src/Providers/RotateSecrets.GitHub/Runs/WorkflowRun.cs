using System.Text.Json;
using RotateSecrets.GitHub.Client;

namespace RotateSecrets.GitHub.Runs;

/// <summary>A run of a workflow.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">What it is called in the list of runs.</param>
/// <param name="Path">The workflow's file.</param>
/// <param name="Status">queued, in_progress, waiting, pending, requested or completed.</param>
/// <param name="Conclusion">How it ended: success, failure, cancelled, timed_out ...; null as long as it hasn't.</param>
/// <param name="QueuedAt">When it, or its last attempt, was queued, to the second.</param>
/// <param name="Page">Where it can be looked at; null where that isn't told.</param>
internal sealed record WorkflowRun(long Id, string Title, string Path, string Status, string? Conclusion, DateTimeOffset QueuedAt, Uri? Page)
{
    /// <summary>The commit that it is of; null where that isn't told.</summary>
    public string? Sha { get; init; }

    /// <summary>Whether it has ended.</summary>
    public bool IsCompleted => Status == "completed";

    /// <summary>Whether it waits for somebody to approve it.</summary>
    public bool IsWaiting => Status is "waiting" or "action_required";

    /// <summary>Reads it; null where it is none.</summary>
    public static WorkflowRun? Of(JsonElement run)
    {
        if (run.Number("id") is not { } id || run.Moment("created_at") is not { } created)
        {
            return null;
        }

        // The file of a run may have the ref behind it: .github/workflows/deploy.yml@main.
        var path = run.Text("path") ?? string.Empty;
        var at = path.IndexOf('@', StringComparison.Ordinal);
        var queued = run.Number("run_attempt") > 1 ? run.Moment("run_started_at") ?? created : created;
        return new WorkflowRun(
            id,
            run.Text("display_title") ?? string.Empty,
            at > 0 ? path[..at] : path,
            run.Text("status") ?? string.Empty,
            run.Text("conclusion"),
            queued,
            Uri.TryCreate(run.Text("html_url"), UriKind.Absolute, out var page) ? page : null) { Sha = run.Text("head_sha") };
    }

    /// <summary>The run, for people.</summary>
    public override string ToString() => FormattableString.Invariant($"run {Id} of {Path[(Path.LastIndexOf('/') + 1)..]}");
}
