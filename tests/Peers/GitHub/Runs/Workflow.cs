namespace RotateSecrets.Peers.GitHub.Runs;

/// <summary>A workflow: a file, and how its runs go.</summary>
public sealed class Workflow
{
    internal Workflow(long id, string path, DateTimeOffset createdAt)
    {
        Id = id;
        Path = path;
        CreatedAt = createdAt;
    }

    public long Id { get; }

    public string Path { get; }

    public string FileName => Path[(Path.LastIndexOf('/') + 1)..];

    public DateTimeOffset CreatedAt { get; }

    /// <summary>active, disabled_manually or disabled_inactivity.</summary>
    public string State { get; set; } = "active";

    /// <summary>How long its runs stay queued.</summary>
    public TimeSpan QueueFor { get; set; }

    /// <summary>How long its jobs take.</summary>
    public TimeSpan RunFor { get; set; }

    /// <summary>Whether its runs stay queued until this is taken back.</summary>
    public bool HoldsQueued { get; set; }

    /// <summary>Whether its jobs go on until this is taken back.</summary>
    public bool HoldsRunning { get; set; }

    /// <summary>Whether cancelling does nothing, as with a step that says always(): forcing does.</summary>
    public bool IgnoresCancel { get; set; }

    /// <summary>Whether its jobs end as timed_out.</summary>
    public bool TimesOut { get; set; }

    /// <summary>Tells which step of a job fails; null for none.</summary>
    public Func<Job, string?> Judge { get; set; } = static _ => null;

    /// <summary>Lets a job succeed only where it is given this value by this name; else its step fails.</summary>
    public void SucceedsIf(string secret, string value, string step = "Log in") => Judge = job =>
        job.Secrets.TryGetValue(secret, out var given) && given.AsSpan().SequenceEqual(System.Text.Encoding.UTF8.GetBytes(value)) ? null : step;

    /// <summary>Lets a job succeed only where it is given something by each name that stands in it, and nothing but these values; else its step fails.</summary>
    public void SucceedsWith(string step, params IReadOnlyCollection<string> values) => Judge = job =>
        (job.Text.Secrets ?? new HashSet<string>(job.Secrets.Keys, StringComparer.OrdinalIgnoreCase)).Where(static name => name != "GITHUB_TOKEN")
            .All(name => job.Secrets.TryGetValue(name, out var given) && values.Contains(System.Text.Encoding.UTF8.GetString(given), StringComparer.Ordinal)) ? null : step;
}
