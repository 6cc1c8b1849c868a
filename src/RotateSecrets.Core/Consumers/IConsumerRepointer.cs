using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Consumers;

/// <summary>Points the references of consumers from one secret to another: what a control may be able to do beside restarting.</summary>
public interface IConsumerRepointer
{
    /// <summary>Works out what would be changed, and changes nothing.</summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="request">From where to where.</param>
    /// <param name="cancellation">Gives up at once.</param>
    Task<Outcome<Repointing>> PreviewAsync(Consumer consumer, RepointRequest request, CancellationToken cancellation);

    /// <summary>Changes it. Where it is so already, or the same run has done it before, nothing happens.</summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="request">From where to where.</param>
    /// <param name="cancellation">Gives up at once; the effect is then unknown.</param>
    Task<Outcome<Repointing>> RepointAsync(Consumer consumer, RepointRequest request, CancellationToken cancellation);

    /// <summary>Takes back what the same run has proposed and nobody has accepted. Where nothing is proposed, nothing happens. Default: nothing is ever proposed.</summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="request">From where to where it was proposed.</param>
    /// <param name="cancellation">Gives up at once; the effect is then unknown.</param>
    Task<Outcome<Repointing>> WithdrawAsync(Consumer consumer, RepointRequest request, CancellationToken cancellation) =>
        Task.FromResult<Outcome<Repointing>>(new Repointing(consumer, string.Empty) { IsInForce = true });
}

/// <summary>A demand to point references elsewhere.</summary>
/// <param name="From">The secret that they lead to now.</param>
/// <param name="To">The secret that they are to lead to.</param>
/// <param name="RunId">The run it belongs to.</param>
public sealed record RepointRequest(SecretAddress From, SecretAddress To, string RunId)
{
    /// <summary>The rotation that it belongs to: a run may have several, each with changes of its own. Default: the run.</summary>
    public string RotationId { get; init; } = RunId;

    /// <summary>Whether to change it at once, where the system's custom is to propose a change first (a pull request).</summary>
    public bool Directly { get; init; }

    /// <summary>Whether to overrule whatever else takes care of the consumer (GitOps, a Helm release).</summary>
    public bool Force { get; init; }
}

/// <summary>What pointing references elsewhere comes to.</summary>
/// <param name="Consumer">The consumer.</param>
/// <param name="Diff">What is different, as a unified diff; empty where it is so already. Never a secret.</param>
public sealed record Repointing(Consumer Consumer, string Diff)
{
    /// <summary>Where the change can be looked at (a pull request, a commit); null where there is no such place.</summary>
    public Uri? Location { get; init; }

    /// <summary>Whether the change counts now, or waits for somebody to accept it.</summary>
    public bool IsInForce { get; init; }

    /// <summary>The consumer, and whether the change counts.</summary>
    public override string ToString() => $"{Consumer}: {(Diff.Length == 0 ? "nothing to change" : IsInForce ? "changed" : $"proposed at {Location}")}";
}
