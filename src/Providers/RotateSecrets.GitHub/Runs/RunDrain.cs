using System.Runtime.CompilerServices;
using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Consumers;
using RotateSecrets.GitHub.Store;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Runs;

/// <summary>Ends the runs of a workflow that still have an older value, where the plan doesn't want them to be waited for.</summary>
/// <param name="server">The server.</param>
/// <param name="calls">The requests about runs.</param>
/// <param name="proof">Tells which runs have an older value.</param>
internal sealed class RunDrain(GitHubServer server, RunCalls calls, RunProof proof)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    /// <summary>Cancels them, and lets them be run again where that is wanted.</summary>
    public async IAsyncEnumerable<Outcome<InstanceEvent>> DrainAsync(Consumer consumer, RestartRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var address = consumer.Version?.Address ?? consumer.Address;
        if (SecretPlace.Of(address).Failed(out var failure, out var place))
        {
            yield return failure;
            yield break;
        }

        var asked = await new SecretCalls(server.Api).GetAsync(place, address, cancellation);
        if (asked.Failed(out failure, out var record))
        {
            if (failure.Code != FailureCode.SecretNotFound)
            {
                yield return failure;
            }

            yield break;
        }

        var id = WorkflowId.Of(consumer);
        if ((await proof.OlderAsync(id, place, record, cancellation)).Failed(out failure, out var runs))
        {
            yield return failure;
            yield break;
        }

        foreach (var (run, _) in runs.Where(static run => run.IsOlder))
        {
            yield return Event(run, InstancePhase.Stopping);
            if (await EndAsync(id.Repository, run, request, cancellation) is { } unended)
            {
                yield return unended;
                yield break;
            }

            yield return Event(run, request.Runs!.Drain == RunDrainMode.Rerun ? InstancePhase.Started : InstancePhase.Stopped);
        }
    }

    private async Task<Failure?> EndAsync(string repository, WorkflowRun run, RestartRequest request, CancellationToken cancellation)
    {
        // A run that has ended meanwhile can't be cancelled, and needn't be.
        if ((await calls.CancelAsync(repository, run.Id, cancellation)).Failure is { Code: not FailureCode.VersionConflict } uncancelled)
        {
            return uncancelled;
        }

        var began = server.Time.GetTimestamp();
        while (true)
        {
            if ((await calls.GetAsync(repository, run.Id, cancellation)).Failed(out var failure, out var now))
            {
                return failure;
            }

            if (now.IsCompleted)
            {
                return request.Runs!.Drain == RunDrainMode.Rerun && now.Conclusion != "success" ? (await calls.RerunAsync(repository, run.Id, cancellation)).Failure : null;
            }

            if (server.Time.GetElapsedTime(began) >= (request.Deadline ?? Patience))
            {
                return new Failure(FailureCode.DeadlineExceeded, repository, $"{run} was cancelled, and still is {now.Status.Replace('_', ' ')}.") { Effect = Effect.Unknown };
            }

            await Task.Delay(Pause, server.Time, cancellation);
        }
    }

    private InstanceEvent Event(WorkflowRun run, InstancePhase phase) => new(FormattableString.Invariant($"run {run.Id}"), 1, 1, phase, server.Time.GetUtcNow());
}
