using RotateSecrets.Consumers;

namespace RotateSecrets.Health;

/// <summary>Tells how consumers fare, as the system that runs them sees it: what a control may be able to do beside restarting.</summary>
public interface IConsumerHealth
{
    /// <summary>The checks of a consumer.</summary>
    /// <param name="consumer">The consumer.</param>
    /// <returns>The checks; none where there is nothing to see.</returns>
    IReadOnlyList<IHealthProbe> ProbesOf(Consumer consumer);
}
