using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Core.Tests.Rotation.Doubles;

/// <summary>A store in memory, as one process sees it.</summary>
internal sealed class DoubleStore(World world, StoreState state, Wire wire) : ISecretStore
{
    public StoreDescription Description { get; } = new(state.Name, "Double", $"memory://{state.Name}", state.Capabilities);

    public Task<Outcome<StoreAccessReport>> CheckAccessAsync(SecretAddress? address, StoreAccess wanted, CancellationToken cancellation) =>
        wire.CallAsync<StoreAccessReport>(
            "check access", () => new StoreAccessReport(Description.Name, address, wanted, StoreAccess.None, []), FailureCode.StoreBusy);

    public async IAsyncEnumerable<Outcome<SecretVersion>> ListAsync(
        string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        yield return new Failure(FailureCode.NotSupported, Description.Name, "Nobody asks this of the double.");
    }

    public async IAsyncEnumerable<Outcome<SecretVersion>> ListVersionsAsync(
        SecretAddress address, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var isHalf = false;
        var listed = await wire.CallAsync<IReadOnlyList<SecretVersion>>(
            $"list {address}",
            () => state.Of(address) is { Count: > 0 } versions
                ? versions.Select(version => Describe(address, version)).ToList()
                : new Failure(FailureCode.SecretNotFound, address.ToString(), $"There is no secret at {address}."),
            FailureCode.StoreBusy,
            whole =>
            {
                isHalf = true;
                return whole;
            });
        if (!listed.Succeeded(out var all, out var failure))
        {
            yield return failure;
            yield break;
        }

        foreach (var version in isHalf ? all.Take(1) : all)
        {
            yield return version;
        }

        if (isHalf)
        {
            yield return Wire.BrokenOff("list");
        }
    }

    public Task<Outcome<SecretVersion>> ReadAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) =>
        wire.CallAsync<SecretVersion>(
            $"read {address} {version}",
            () => !Description.Capabilities.HasFlag(StoreCapabilities.Readable)
                ? new Failure(FailureCode.NotSupported, address.ToString(), "This store can't be read.")
                : state.Read(address, version).Map(found => Describe(address, found) with { Value = SecretValue.FromBytes(found.Bytes), Fingerprint = found.Fingerprint }),
            FailureCode.StoreBusy,
            static whole => whole.Map(static found => found with { Value = null }));

    public Task<Outcome<SecretVersion>> PutAsync(PutRequest request, CancellationToken cancellation) => wire.CallAsync(
        $"put {request.Address} {request.Stage}",
        () => state.Put(request).Map(version =>
        {
            world.Watch.Wrote(request, version);
            return Describe(request.Address, version);
        }),
        FailureCode.VersionConflict);

    public Task<Outcome<SecretVersion>> PromoteAsync(SecretAddress address, string version, string? expectedCurrent, CancellationToken cancellation) => wire.CallAsync(
        $"promote {address} {version}",
        () =>
        {
            world.Watch.BeforePromotion(address, version);
            return state.Promote(address, version, expectedCurrent).Map(promoted => Describe(address, promoted));
        },
        FailureCode.VersionConflict);

    public Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, string version, CancellationToken cancellation) => wire.CallAsync(
        $"revoke {address} {version}",
        () =>
        {
            world.Watch.BeforeRevocation(address, version);
            return state.Revoke(address, version).Map(revoked => Describe(address, revoked));
        },
        FailureCode.VersionConflict);

    public Task<Outcome<SecretAddress>> RemoveAsync(SecretAddress address, CancellationToken cancellation) => wire.CallAsync<SecretAddress>(
        $"remove {address}",
        () =>
        {
            world.Watch.BeforeRemoval(address);
            state.Remove(address);
            return address;
        },
        FailureCode.VersionConflict);

    public async IAsyncEnumerable<Outcome<StoreAuditEvent>> ReadAuditAsync(
        AuditQuery query, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var read = await wire.CallAsync<IReadOnlyList<StoreAuditEvent>>(
            "read audit",
            () => state.Audit
                .Where(entry => (query.Address is null || query.Address.Equals(entry.Address)) && (query.VersionId ?? entry.VersionId) == entry.VersionId && entry.At >= (query.Since ?? entry.At))
                .ToList(),
            FailureCode.StoreBusy);
        if (!read.Succeeded(out var entries, out var failure))
        {
            yield return failure;
            yield break;
        }

        foreach (var entry in entries)
        {
            yield return entry;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Like most stores, it tells the fingerprint of what was read, and of nothing else.
    private static SecretVersion Describe(SecretAddress address, StoredVersion version) =>
        new(address, version.Id, version.Stage, version.CreatedAt)
        {
            StagedAt = version.StagedAt,
            Token = version.Token,
        };
}
