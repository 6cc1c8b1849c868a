using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Repositories;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Runs;

/// <summary>Has the smoke workflow run and follows it to its end: the only way to see that a value works that nobody can read back.</summary>
/// <param name="server">The server.</param>
/// <param name="reader">Reads repositories.</param>
/// <param name="calls">The requests about runs.</param>
internal sealed class SmokeRun(GitHubServer server, RepositoryReader reader, RunCalls calls)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan ShortPause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(15);

    private readonly DispatchNotes notes = new(server.Folder, server.Host);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> turns = new(StringComparer.Ordinal);

    /// <summary>Runs it once for a token, however many workflows of the repository ask for it.</summary>
    public async IAsyncEnumerable<Outcome<InstanceEvent>> RunAsync(string repository, RestartRequest request, StopRequest stop, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var workflow = request.Runs!.Workflow!;
        var turn = turns.GetOrAdd($"{repository} {workflow} {request.RunId}", static _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellation);
        try
        {
            if (notes.Find(repository, workflow, request.RunId) is { HasPassed: true, Run: { } passed })
            {
                yield return Event(workflow, passed, InstancePhase.Healthy);
                yield break;
            }

            var dispatch = new SmokeDispatch(server, reader, calls, notes);
            if ((await dispatch.RunAsync(repository, request.Runs, request.RunId, cancellation)).Failed(out var failure, out var id))
            {
                yield return failure;
                yield break;
            }

            if (!request.Wait)
            {
                yield return Event(workflow, id, InstancePhase.Started);
                yield break;
            }

            await foreach (var happened in FollowAsync(repository, workflow, id, request, stop, cancellation))
            {
                yield return happened;
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async IAsyncEnumerable<Outcome<InstanceEvent>> FollowAsync(
        string repository, string workflow, long id, RestartRequest request, StopRequest stop, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var began = server.Time.GetTimestamp();
        var waitsFor = string.Empty;
        InstancePhase? shown = null;
        for (var look = 0; ; look++)
        {
            var asked = await calls.GetAsync(repository, id, cancellation);

            // A run that was only just made may not be there yet.
            if (asked.Failed(out var failure, out var run) && (failure.Code != FailureCode.SecretNotFound || look > 10))
            {
                yield return failure;
                yield break;
            }

            if (run is { IsCompleted: true })
            {
                yield return await EndAsync(repository, workflow, run, request, cancellation);
                yield break;
            }

            var phase = run is { IsWaiting: true } ? InstancePhase.Waiting : InstancePhase.Starting;
            if (phase == InstancePhase.Waiting && shown != phase)
            {
                waitsFor = string.Join(", ", await calls.PendingAsync(repository, id, cancellation));
            }

            if (shown != phase)
            {
                shown = phase;
                yield return Event(workflow, id, phase);
            }

            if (stop.AtSafePoint.IsCancellationRequested)
            {
                yield return new Failure(FailureCode.Stopped, repository, $"Run {id} of {workflow} in {repository} goes on; nobody waits for it any more.") { Remedy = "Go on later: the same run is then followed." };
                yield break;
            }

            if (server.Time.GetElapsedTime(began) >= (request.Deadline ?? Patience))
            {
                yield return new Failure(
                    FailureCode.DeadlineExceeded,
                    repository,
                    phase == InstancePhase.Waiting
                        ? $"Run {id} of {workflow} in {repository} still waits for somebody to approve it{(waitsFor.Length > 0 ? $" for {waitsFor}" : string.Empty)}: {run?.Page}."
                        : $"Run {id} of {workflow} in {repository} is still {run?.Status.Replace('_', ' ')}: {run?.Page}.")
                {
                    Effect = Effect.Unknown,
                    Remedy = "Let it go on, then go on here: the same run is then followed.",
                };
                yield break;
            }

            await Task.Delay(look < 20 ? ShortPause : LongPause, server.Time, cancellation);
        }
    }

    private async Task<Outcome<InstanceEvent>> EndAsync(string repository, string workflow, WorkflowRun run, RestartRequest request, CancellationToken cancellation)
    {
        if (run.Conclusion == "success")
        {
            notes.Keep(repository, workflow, request.RunId, new DispatchNote(run.QueuedAt, run.Id, true));
            return Event(workflow, run.Id, InstancePhase.Healthy);
        }

        notes.Drop(repository, workflow, request.RunId);
        var steps = await calls.FailedStepsAsync(repository, run.Id, cancellation);
        var words = steps.Succeeded(out var failed, out _) && failed.Count > 0 ? $": {string.Join("; ", failed)}" : string.Empty;
        return new Failure(FailureCode.InstanceUnhealthy, repository, $"Run {run.Id} of {workflow} in {repository} ended with {run.Conclusion ?? "no conclusion"}{words} ({run.Page}).")
        {
            Remedy = "Read the log of the run; go on once what it found is mended.",
        };
    }

    private InstanceEvent Event(string workflow, long id, InstancePhase phase) =>
        new(FormattableString.Invariant($"{workflow} run {id}"), 1, 1, phase, server.Time.GetUtcNow());
}
