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
    /// <param name="successor">What is known of the version that replaces it, and the store may not tell: its fingerprint, and since when it is current; null for nothing.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>The version, as it is now.</returns>
    public async Task<Outcome<SecretVersion>> CheckAsync(SecretAddress address, string id, bool force, SecretVersion? successor, CancellationToken cancellation)
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
            _ => await UnusedAsync(version, current, successor, cancellation),
        };
    }

    /// <summary>Checks that a name can be removed: nobody refers to it, and what took its place was seen to work and is what every instance has.</summary>
    /// <param name="address">The name.</param>
    /// <param name="successor">What took its place, under another name.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>What took its place.</returns>
    public async Task<Outcome<SecretVersion>> CheckDesertedAsync(SecretAddress address, SecretVersion successor, CancellationToken cancellation)
    {
        await foreach (var found in consumers.FindAsync(address, cancellation))
        {
            return found.Failed(out var failure, out var consumer)
                ? failure
                : new Failure(FailureCode.StillInUse, address.ToString(), $"{address} can't be removed: {consumer} still refers to it ({consumer.References[0]}).")
                {
                    Remedy = "Point it elsewhere first with Update-Consumer.",
                };
        }

        var refusal = $"{address} can't be removed";
        return (await SeenAsync(refusal, address, successor, cancellation)).Failure is { } unverified ? unverified
            : await StillInUseAsync(refusal, address, successor, cancellation) is { } used ? used
            : successor;
    }

    private async Task<Outcome<SecretVersion>> UnusedAsync(
        SecretVersion version, SecretVersion? current, SecretVersion? successor, CancellationToken cancellation)
    {
        // A candidate stands for itself; a previous version is replaced by the current one.
        var witness = version.Stage == SecretStage.Pending ? version : current ?? version;
        var refusal = $"Version {version.Id} of {version.Address} can't be revoked";
        if ((await SeenAsync(refusal, version.Address, witness, cancellation)).Failed(out var unverified, out var seen))
        {
            return unverified.Code == FailureCode.NotVerified && witness == version ? NeverVerified(version) : unverified;
        }

        if (current is null)
        {
            return version;
        }

        // Whom no source knows, the store's audit log may.
        return (await VersionFingerprint.CompleteAsync(store, Known(current, successor), cancellation)).Failed(out var unread, out var known) ? unread
            : await StillInUseAsync(refusal, version.Address, known, cancellation) is { } used ? used
            : witness != version && await LateReaders.FailureAsync(store, version, seen.At, cancellation) is { } late ? late
            : version;
    }

    private static SecretVersion Known(SecretVersion current, SecretVersion? successor) =>
        successor is not null && successor.Address.Equals(current.Address) && successor.Id == current.Id
            ? current with { Fingerprint = current.Fingerprint ?? successor.Fingerprint, StagedAt = successor.StagedAt ?? current.StagedAt }
            : current;

    private async Task<Outcome<Verification>> SeenAsync(string refusal, SecretAddress address, SecretVersion successor, CancellationToken cancellation)
    {
        var found = await journal.FindVerificationAsync(store.Description.Location, successor, cancellation);
        return found.Failure is { Code: FailureCode.NotVerified }
            ? new Failure(FailureCode.NotVerified, address.ToString(), $"{refusal}: {Named(address, successor)}, which replaces it, was never verified.")
            {
                Remedy = "Verify it first: pipe it to Get-Consumer, Restart-Consumer and Test-RotationHealth.",
            }
            : found;
    }

    private async Task<Failure?> StillInUseAsync(string refusal, SecretAddress address, SecretVersion successor, CancellationToken cancellation)
    {
        await foreach (var proof in consumers.ProveAsync(successor, cancellation))
        {
            if (!proof.Succeeded(out var convergence, out var failure))
            {
                return failure;
            }

            // What doesn't run can't use it, and reads the current version when it starts.
            var behind = convergence.Instances.Where(static instance => instance.Since is not null && instance.Holding != Holding.Holds).ToList();
            if (behind.Count > 0)
            {
                return new Failure(
                    FailureCode.StillInUse,
                    address.ToString(),
                    $"{refusal}: {behind.Count} of {convergence.Instances.Count} instances of {convergence.Consumer} may still depend on it "
                    + $"({string.Join("; ", behind.Take(3).Select(static one => $"{one.Instance}: {one.Evidence}"))}).")
                {
                    Remedy = "Restart it first with Restart-Consumer.",
                };
            }
        }

        return null;
    }

    private static string Named(SecretAddress address, SecretVersion version) =>
        version.Address.Equals(address) ? $"version {version.Id}" : $"version {version.Id} of {version.Address}";

    private static Failure NeverVerified(SecretVersion version) =>
        new(FailureCode.NotVerified, version.Address.ToString(), $"Version {version.Id} of {version.Address} is a candidate that was never verified.")
        {
            Remedy = "Withdraw it with Revoke-Secret -Force, if nothing was given it.",
        };
}
