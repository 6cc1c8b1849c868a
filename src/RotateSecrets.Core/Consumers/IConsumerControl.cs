using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Consumers;

/// <summary>Acts on consumers of some kind.</summary>
public interface IConsumerControl
{
    /// <summary>Whether this is what acts on the consumer.</summary>
    /// <param name="consumer">The consumer.</param>
    bool Controls(Consumer consumer);

    /// <summary>
    /// Brings a consumer's instances to the values that its references now lead to: one instance after another, each healthy
    /// before the next is touched, and those that don't run before those that do. The first failure ends it, and the instances not yet touched run on as they are.
    /// </summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="request">How.</param>
    /// <param name="stop">Ends it between two instances, or at once.</param>
    /// <returns>An event as each instance passes each phase.</returns>
    IAsyncEnumerable<Outcome<InstanceEvent>> RestartAsync(Consumer consumer, RestartRequest request, StopRequest stop);

    /// <summary>Tells of each instance whether it has a version. It asks the instances' own records, not this module's memory.</summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="version">The version that each instance should have.</param>
    /// <param name="cancellation">Gives up at once.</param>
    Task<Outcome<Convergence>> ProveAsync(Consumer consumer, SecretVersion version, CancellationToken cancellation);
}

/// <summary>Acts on consumers whose instances exist only because this module starts them.</summary>
public interface IConsumerSupervisor : IConsumerControl
{
    /// <summary>Starts the instances that don't run; those that do are left alone.</summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="request">How.</param>
    /// <param name="stop">Ends it between two instances, or at once.</param>
    IAsyncEnumerable<Outcome<InstanceEvent>> StartAsync(Consumer consumer, RestartRequest request, StopRequest stop);

    /// <summary>Stops the instances: asks, waits, and ends by force what is still there at the deadline.</summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="request">How.</param>
    /// <param name="stop">Ends it between two instances, or at once.</param>
    IAsyncEnumerable<Outcome<InstanceEvent>> StopAsync(Consumer consumer, RestartRequest request, StopRequest stop);
}
