using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Consumers;

/// <summary>Tells beforehand whether the caller may do to consumers what a rotation does: what a control may be able to do beside restarting.</summary>
public interface IConsumerAccess
{
    /// <summary>Asks the system what is permitted, and changes nothing.</summary>
    /// <param name="consumers">The consumers that would be restarted.</param>
    /// <param name="side">The second name to which their references would be pointed; null where they stay.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>
    /// What is worth knowing, one sentence each; or <see cref="FailureCode.AccessDenied"/>, which names all that isn't permitted, and what would permit it; or <see cref="FailureCode.LimitReached"/>,
    /// which names what would never let it be done, such as a disruption budget.
    /// </returns>
    Task<Outcome<IReadOnlyList<string>>> CheckAccessAsync(IReadOnlyList<Consumer> consumers, SecretAddress? side, CancellationToken cancellation);
}
