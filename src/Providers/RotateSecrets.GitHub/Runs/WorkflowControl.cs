using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Changes;
using RotateSecrets.GitHub.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Runs;

/// <summary>Acts on workflows: a restart is a run of the smoke workflow, a proof is that no run has an older value, and pointing elsewhere is a commit.</summary>
internal sealed class WorkflowControl : IConsumerControl, IConsumerRepointer
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly GitHubServer server;
    private readonly WorkflowRepointer repointer;
    private readonly RunProof proof;
    private readonly RunDrain drain;
    private readonly SmokeRun smoke;

    public WorkflowControl(GitHubServer server, WorkflowFinder finder)
    {
        var calls = new RunCalls(server.Api);
        this.server = server;
        repointer = new WorkflowRepointer(server, finder);
        proof = new RunProof(server, calls);
        drain = new RunDrain(server, calls, proof);
        smoke = new SmokeRun(server, finder.Reader, calls);
    }

    /// <inheritdoc/>
    public bool Controls(Consumer consumer) =>
        consumer.Kind is WorkflowId.Kind or WorkflowId.Dependabot && string.Equals(consumer.Address.Store, server.Name, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<InstanceEvent>> RestartAsync(Consumer consumer, RestartRequest request, StopRequest stop)
    {
        // Without a workflow that is to run, the next run has the new value, and nothing needs doing. No workflow shows what Dependabot has.
        if (request.Runs is not { } runs || consumer.Kind == WorkflowId.Dependabot)
        {
            yield return new InstanceEvent("next run", 1, 1, InstancePhase.Unchanged, server.Time.GetUtcNow());
            yield break;
        }

        if (runs.Workflow is not null)
        {
            await AfterTheWriteAsync(consumer.Version, stop.Now);
            await foreach (var happened in smoke.RunAsync(consumer.Scope, request, stop, stop.Now))
            {
                yield return happened;
                if (happened.Failure is not null)
                {
                    yield break;
                }
            }
        }

        if (runs.Drain != RunDrainMode.Await)
        {
            await foreach (var happened in drain.DrainAsync(consumer, request, stop.Now))
            {
                yield return happened;
            }
        }

        if (runs.Workflow is null)
        {
            yield return new InstanceEvent("next run", 1, 1, InstancePhase.Unchanged, server.Time.GetUtcNow());
        }
    }

    /// <inheritdoc/>
    public Task<Outcome<Convergence>> ProveAsync(Consumer consumer, SecretVersion version, CancellationToken cancellation) => proof.ProveAsync(consumer, version, cancellation);

    /// <inheritdoc/>
    public Task<Outcome<Repointing>> PreviewAsync(Consumer consumer, RepointRequest request, CancellationToken cancellation) => repointer.PreviewAsync(consumer, request, cancellation);

    /// <inheritdoc/>
    public Task<Outcome<Repointing>> RepointAsync(Consumer consumer, RepointRequest request, CancellationToken cancellation) => repointer.RepointAsync(consumer, request, cancellation);

    /// <inheritdoc/>
    public Task<Outcome<Repointing>> WithdrawAsync(Consumer consumer, RepointRequest request, CancellationToken cancellation) => repointer.WithdrawAsync(consumer, request, cancellation);

    // Times are told in whole seconds: a run of the second of the write would count as one from before it.
    private async Task AfterTheWriteAsync(SecretVersion? version, CancellationToken cancellation)
    {
        while (version is not null && version.CreatedAt + Second - server.Api.Clock.Now is var wait && wait > TimeSpan.Zero && wait <= Second)
        {
            await Task.Delay(wait, server.Time, cancellation);
        }
    }
}
