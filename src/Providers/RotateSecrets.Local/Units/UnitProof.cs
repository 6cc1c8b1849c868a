using RotateSecrets.Consumers;
using RotateSecrets.Local.Delivery;
using RotateSecrets.Local.Services;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Units;

/// <summary>Tells which values a unit has: what was written for it, if it was started since and nobody else has written there.</summary>
internal static class UnitProof
{
    public static InstanceState Of(Service service, UnitRecord? record, UnitState state, SecretVersion version)
    {
        var start = FormattableString.Invariant($"start {state.InvocationId[..Math.Min(8, state.InvocationId.Length)]}");
        var (holding, evidence) = HoldingOf(service, record, state, version);
        return new InstanceState(service.Unit, holding, state.ActiveSince ?? DateTimeOffset.UnixEpoch, $"{start} {evidence}");
    }

    private static (Holding Holding, string Evidence) HoldingOf(Service service, UnitRecord? record, UnitState state, SecretVersion version)
    {
        var takesAlong = service.Secrets.Any(static binding => binding.Uptake != Uptake.Reload);
        if (!takesAlong)
        {
            return Holdings.Of(service, 1, [], version);
        }

        if (record is null)
        {
            return (Holding.Unknown, "is not known to have read anything that was written for it");
        }

        if (!SystemdUnit.HasRead(state, record))
        {
            return (Holding.Unknown, "is older than what was written for it last");
        }

        return record.Held.FirstOrDefault(held => !IsInPlace(service, held)) is { } changed
            ? (Holding.Unknown, $"may have read something else: {changed.Address} is not where it was written any more")
            : Holdings.Of(service, 1, record.Held, version);
    }

    // Whether a version still stands in one of the places where it was written.
    private static bool IsInPlace(Service service, HeldVersion held) => service.Secrets
        .Where(binding => binding.Uptake != Uptake.Reload && binding.Stage == held.Stage && binding.Address.ToString() == held.Address)
        .All(binding => Holdings.FingerprintIn(binding, binding.File!) == held.Fingerprint);
}
