using System.Collections.Concurrent;
using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Consumers;
using RotateSecrets.GitHub.Store;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Runs;

/// <summary>
/// Tells which value the runs of a workflow have. Secrets of a repository or an organisation are read when a run is queued, those of an environment when a job starts: a run that
/// was before the last write has an older value as long as it hasn't ended.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="calls">The requests about runs.</param>
internal sealed class RunProof(GitHubServer server, RunCalls calls)
{
    // Whoever waits for runs to end asks again and again: a run takes minutes.
    private static readonly TimeSpan Spacing = TimeSpan.FromSeconds(5);

    private readonly SecretCalls secrets = new(server.Api);
    private readonly ConcurrentDictionary<string, long> unproven = new(StringComparer.Ordinal);

    /// <summary>Tells it of every run of a workflow that hasn't ended.</summary>
    public async Task<Outcome<Convergence>> ProveAsync(Consumer consumer, SecretVersion version, CancellationToken cancellation)
    {
        var key = $"{consumer.Id} {version.Id}";
        if (unproven.TryGetValue(key, out var last) && Spacing - server.Time.GetElapsedTime(last) is var wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, server.Time, cancellation);
        }

        if (SecretPlace.Of(version.Address).Failed(out var failure, out var place))
        {
            return failure;
        }

        var asked = await secrets.GetAsync(place, version.Address, cancellation);
        if (asked.Failed(out failure, out var record))
        {
            // What isn't there any more can't be read by anything that starts; what runs has been waited for before.
            return failure.Code == FailureCode.SecretNotFound ? new Convergence(consumer, version.Id, []) : failure;
        }

        if ((await OlderAsync(WorkflowId.Of(consumer), place, record, cancellation)).Failed(out failure, out var runs))
        {
            return failure;
        }

        var asksForNewest = version.Id == record.Id;
        var instances = runs.Select(run => State(run.Run, run.IsOlder, asksForNewest, record)).ToList();
        var proof = new Convergence(consumer, version.Id, instances);
        if (proof.IsProven)
        {
            unproven.TryRemove(key, out _);
        }
        else
        {
            unproven[key] = server.Time.GetTimestamp();
        }

        return proof;
    }

    /// <summary>The runs of a workflow that haven't ended, and whether each has an older value than the last that was written.</summary>
    public async Task<Outcome<IReadOnlyList<(WorkflowRun Run, bool IsOlder)>>> OlderAsync(WorkflowId id, SecretPlace place, SecretRecord record, CancellationToken cancellation)
    {
        if ((await calls.ActiveAsync(id.Repository, cancellation)).Failed(out var failure, out var active))
        {
            return failure;
        }

        // Of whichever branch: what a run is of is told by its file, and whose workflow a pull request runs isn't told at all.
        var runs = new List<(WorkflowRun, bool)>();
        foreach (var run in active.Where(run => id.MayRunAs(run.Path)))
        {
            var isOlder = run.QueuedAt <= record.UpdatedAt;

            // Nobody has an older value of what has had one value alone.
            if (isOlder && record.IsFirst)
            {
                continue;
            }

            if (isOlder && place.Environment is not null)
            {
                if ((await calls.StartedAsync(id.Repository, run.Id, cancellation)).Failed(out failure, out var started))
                {
                    return failure;
                }

                isOlder = started.Any(at => at <= record.UpdatedAt);
            }

            runs.Add((run, isOlder));
        }

        return runs;
    }

    private static InstanceState State(WorkflowRun run, bool isOlder, bool asksForNewest, SecretRecord record)
    {
        var words = run.IsWaiting ? "waits for approval" : $"is {run.Status.Replace('_', ' ')}";
        return new InstanceState(
            FormattableString.Invariant($"run {run.Id}"),
            isOlder == asksForNewest ? Holding.Lacks : Holding.Holds,
            run.QueuedAt,
            isOlder
                ? $"it {words}, and was queued at {run.QueuedAt:u}, before the write at {record.UpdatedAt:u}"
                : $"it {words}, and got its secrets after the write at {record.UpdatedAt:u}");
    }
}
