using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation;

/// <summary>Says whether a version may be revoked: nobody uses it, and what replaces it was seen to work.</summary>
/// <param name="store">Where the version is.</param>
/// <param name="journal">Remembers what was verified.</param>
/// <param name="consumers">Who may use it.</param>
public sealed class RevocationGuard(ISecretStore store, IRotationJournal journal, ConsumerCatalog consumers)
{
    /// <summary>Checks a version.</summary>
    /// <param name="address">Which secret.</param>
    /// <param name="id">Which version of it.</param>
    /// <param name="force">Leaves out all checks but one: the current version is never revoked.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>The version, as it is now.</returns>
    public async Task<Outcome<SecretVersion>> CheckAsync(SecretAddress address, string id, bool force, CancellationToken cancellation)
    {
        SecretVersion? version = null;
        SecretVersion? current = null;
        await foreach (var listed in store.ListVersionsAsync(address, cancellation))
        {
            if (!listed.Succeeded(out var one, out var failure))
            {
                return failure;
            }

            version = one.Id == id ? one : version;
            current = one.Stage == SecretStage.Current ? one : current;
        }

        return version switch
        {
            null => new Failure(FailureCode.VersionNotFound, address.ToString(), $"{address} has no version {id}."),
            { Stage: SecretStage.Current } => new Failure(
                FailureCode.StageForbidden, address.ToString(), $"Version {id} of {address} is what clients use now, and can't be revoked.")
            {
                Remedy = "Promote its successor first with Move-StoreSecret.",
            },
            { Stage: SecretStage.Revoked } => version,
            _ when force => version,
            _ => await UnusedAsync(version, current, cancellation),
        };
    }

    private async Task<Outcome<SecretVersion>> UnusedAsync(
        SecretVersion version, SecretVersion? current, CancellationToken cancellation)
    {
        // A candidate stands for itself; a previous version is replaced by the current one.
        var witness = version.Stage == SecretStage.Pending ? version : current ?? version;
        if ((await journal.FindVerificationAsync(store.Description.Location, witness, cancellation)).Failed(out var unverified, out var seen))
        {
            return unverified.Code == FailureCode.NotVerified ? NotVerified(version, witness) : unverified;
        }

        if (current is null)
        {
            return version;
        }

        await foreach (var proof in consumers.ProveAsync(current, cancellation))
        {
            if (!proof.Succeeded(out var convergence, out var failure))
            {
                return failure;
            }

            // What doesn't run can't use it, and reads the current version when it starts.
            if (convergence.Instances.Any(static instance => instance.Since is not null && instance.Holding != Holding.Holds))
            {
                return StillInUse(version, convergence);
            }
        }

        // Whom no source knows, the store's audit log may.
        return witness != version && await LateReaders.FailureAsync(store, version, seen.At, cancellation) is { } late ? late : version;
    }

    private static Failure NotVerified(SecretVersion version, SecretVersion witness) =>
        new(
            FailureCode.NotVerified,
            version.Address.ToString(),
            witness == version
                ? $"Version {version.Id} of {version.Address} is a candidate that was never verified."
                : $"Version {version.Id} of {version.Address} can't be revoked: version {witness.Id}, which replaces it, was never verified.")
        {
            Remedy = witness == version
                ? "Withdraw it with Revoke-Secret -Force, if nothing was given it."
                : "Verify it first: pipe it to Get-Consumer, Restart-Consumer and Test-RotationHealth.",
        };

    private static Failure StillInUse(SecretVersion version, Convergence convergence)
    {
        var behind = convergence.Instances.Where(static instance => instance.Since is not null && instance.Holding != Holding.Holds).ToList();
        return new Failure(
            FailureCode.StillInUse,
            version.Address.ToString(),
            $"Version {version.Id} of {version.Address} can't be revoked: {behind.Count} of {convergence.Instances.Count} instances of "
            + $"{convergence.Consumer} may still depend on it ({string.Join("; ", behind.Take(3).Select(static one => $"{one.Instance}: {one.Evidence}"))}).")
        {
            Remedy = "Restart it first with Restart-Consumer.",
        };
    }
}
