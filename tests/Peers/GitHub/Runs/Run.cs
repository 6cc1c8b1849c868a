using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Runs;

/// <summary>What a run or a job is in.</summary>
public enum RunStatus
{
    Queued,
    Waiting,
    InProgress,
    Completed,
}

/// <summary>A job of a run.</summary>
public sealed class Job
{
    internal Job(long id, Run run, WorkflowJob text)
    {
        Id = id;
        Run = run;
        Text = text;
    }

    public long Id { get; }

    public Run Run { get; }

    public WorkflowJob Text { get; }

    public RunStatus Status { get; internal set; }

    public string? Conclusion { get; internal set; }

    public DateTimeOffset? StartedAt { get; internal set; }

    public DateTimeOffset? CompletedAt { get; internal set; }

    /// <summary>The step that failed; null where none did.</summary>
    public string? FailedStep { get; internal set; }

    /// <summary>Whether somebody approved of it, where its environment needs that.</summary>
    public bool IsApproved { get; internal set; }

    /// <summary>What it was given, by name: the environment's secrets as they were when it started, before the repository's and the organisation's as they were when the run was queued.</summary>
    public IReadOnlyDictionary<string, byte[]> Secrets { get; internal set; } = new Dictionary<string, byte[]>();

    /// <summary>What it was given of that which it names.</summary>
    public IReadOnlyDictionary<string, byte[]> Used =>
        Secrets.Where(secret => Text.Secrets is null || Text.Secrets.Contains(secret.Key)).ToDictionary(static secret => secret.Key, static secret => secret.Value, StringComparer.OrdinalIgnoreCase);
}

/// <summary>A run of a workflow.</summary>
public sealed class Run
{
    internal Run(long id, int number, Workflow workflow, DateTimeOffset at)
    {
        Id = id;
        Number = number;
        Workflow = workflow;
        CreatedAt = QueuedAt = UpdatedAt = at;
    }

    public long Id { get; }

    public int Number { get; }

    public Workflow Workflow { get; }

    public int Attempt { get; internal set; } = 1;

    public required string Event { get; init; }

    public required string Branch { get; init; }

    public required string HeadSha { get; init; }

    public required Account Actor { get; init; }

    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();

    public DateTimeOffset CreatedAt { get; }

    /// <summary>When this attempt of it was queued.</summary>
    public DateTimeOffset QueuedAt { get; internal set; }

    public DateTimeOffset UpdatedAt { get; internal set; }

    public bool IsCancelled { get; internal set; }

    public IReadOnlyList<Job> Jobs { get; internal set; } = [];

    /// <summary>The secrets of repository and organisation, as they were when it was queued.</summary>
    public IReadOnlyDictionary<string, byte[]> Secrets { get; internal set; } = new Dictionary<string, byte[]>();

    public RunStatus Status => Jobs.All(static job => job.Status == RunStatus.Completed) ? RunStatus.Completed
        : Jobs.Any(static job => job.Status == RunStatus.Waiting) ? RunStatus.Waiting
        : Jobs.Any(static job => job.Status is RunStatus.InProgress or RunStatus.Completed) ? RunStatus.InProgress
        : RunStatus.Queued;

    public string? Conclusion => Status != RunStatus.Completed ? null
        : IsCancelled && Jobs.Any(static job => job.Conclusion == "cancelled") ? "cancelled"
        : Jobs.FirstOrDefault(static job => job.Conclusion is not ("success" or "skipped"))?.Conclusion ?? "success";
}
