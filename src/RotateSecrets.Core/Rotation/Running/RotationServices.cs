using RotateSecrets.Consumers;
using RotateSecrets.Health;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Running;

/// <summary>What rotations need of the world.</summary>
/// <param name="Stores">The connected stores.</param>
/// <param name="Journal">Remembers.</param>
/// <param name="Consumers">Finds and restarts what uses secrets.</param>
/// <param name="Values">Makes new values.</param>
/// <param name="Probes">Makes the checks that a plan asks for.</param>
/// <param name="Plans">Where the plans of derived secrets are read from.</param>
/// <param name="Time">The clock.</param>
public sealed record RotationServices(
    ISecretStores Stores,
    IRotationJournal Journal,
    ConsumerCatalog Consumers,
    IValueMaker Values,
    IProbeMaker Probes,
    IPlanSource Plans,
    TimeProvider Time);

/// <summary>The connected stores.</summary>
public interface ISecretStores : ISecretResolver
{
    /// <summary>The store that an address names.</summary>
    /// <param name="address">The address.</param>
    Outcome<ISecretStore> StoreOf(SecretAddress address);
}

/// <summary>Makes new values.</summary>
public interface IValueMaker
{
    /// <summary>Makes a value.</summary>
    /// <param name="recipe">How.</param>
    /// <returns>The value, which is the caller's to dispose of, or why there can be none.</returns>
    Outcome<SecretValue> Make(ValueRecipe recipe);
}

/// <summary>Makes the checks that a plan asks for.</summary>
public interface IProbeMaker
{
    /// <summary>Makes a check of a page.</summary>
    /// <param name="recipe">What the plan says.</param>
    IHealthProbe Http(ProbeRecipe recipe);

    /// <summary>Makes a check with a token.</summary>
    /// <param name="recipe">What the plan says.</param>
    /// <param name="secret">What the token is signed with.</param>
    /// <param name="expectation">What should become of it.</param>
    IHealthProbe Jwt(ProbeRecipe recipe, SecretValue secret, JwtExpectation expectation);
}
