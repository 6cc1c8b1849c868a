using System.Runtime.CompilerServices;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Kubernetes.Store;

/// <summary>
/// The Secrets of a cluster as a store: <c>k8s:namespace/name#key</c>. A key has one version, the current one; its id is the value's fingerprint, so that what others do to
/// the Secret's labels or other keys is no new version.
/// </summary>
/// <param name="cluster">The cluster. It is disposed of with the store.</param>
internal sealed class SecretStore(Cluster cluster) : ISecretStore
{
    private readonly SecretReader reader = new(cluster);
    private readonly SecretWriter writer = new(cluster);

    /// <inheritdoc/>
    public StoreDescription Description { get; } = new(
        cluster.Name,
        "Kubernetes",
        cluster.Client.Address.GetLeftPart(UriPartial.Path).TrimEnd('/'),
        StoreCapabilities.Readable | StoreCapabilities.CompareAndSet | StoreCapabilities.Idempotent);

    /// <inheritdoc/>
    public SecretAddress SideOf(SecretAddress address, string runId)
    {
        var at = address.Path.LastIndexOf('/') + 1;
        var side = SecretAddress.TryCreate(address.Store, address.Path[..at] + SideName.Of(address.Path[at..], runId), address.Field);
        return side.Succeeded(out var named, out _) ? named : address;
    }

    /// <inheritdoc/>
    public Task<Outcome<StoreAccessReport>> CheckAccessAsync(SecretAddress? address, StoreAccess wanted, CancellationToken cancellation) =>
        new AccessCheck(cluster).CheckAsync(address, wanted, cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<SecretVersion>> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var slash = prefix.IndexOf('/', StringComparison.Ordinal);
        var nameSpace = slash > 0 ? prefix[..slash] : cluster.Settings.Namespace;
        var now = cluster.Time.GetUtcNow();
        await foreach (var page in PagedList.ReadAsync(cluster.Client, ResourceKind.Secret, nameSpace, null, item => SecretListing.Of(item, cluster.Name, prefix, now), null, cancellation))
        {
            if (page.Failed(out var failure, out var listing))
            {
                yield return failure;
                yield break;
            }

            foreach (var version in listing.Versions)
            {
                yield return version;
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<SecretVersion>> ListVersionsAsync(SecretAddress address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        yield return (await reader.ReadAsync(address, cancellation)).Map(Without);
    }

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> ReadAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation)
    {
        if ((await reader.ReadAsync(address, cancellation)).Failed(out var failure, out var current))
        {
            return failure;
        }

        if (version.Id == current.Id || version.Stage == SecretStage.Current)
        {
            return current;
        }

        current.Value?.Dispose();
        return new Failure(FailureCode.VersionNotFound, address.ToString(), $"{address} has no {version}: a Secret keeps one value.");
    }

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> PutAsync(PutRequest request, CancellationToken cancellation) => writer.PutAsync(request, cancellation);

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> PromoteAsync(SecretAddress address, string version, string? expectedCurrent, CancellationToken cancellation) =>
        (await reader.ReadAsync(address, cancellation)).Failed(out var failure, out var current)
            ? failure
            : Without(current) is var bare && bare.Id == version
                ? bare
                : new Failure(FailureCode.StageForbidden, address.ToString(), $"Version {version} of {address} was overwritten, and can't be made current: a Secret keeps one value.");

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, string version, CancellationToken cancellation)
    {
        if ((await reader.ReadAsync(address, cancellation)).Failed(out var failure, out var current))
        {
            return failure;
        }

        var bare = Without(current);
        return bare.Id == version
            ? new Failure(FailureCode.StageForbidden, address.ToString(), $"Version {version} of {address} is what clients use now, and can't be revoked.")
            : bare with { Id = version, Stage = SecretStage.Revoked, Fingerprint = null, Length = null, Token = null };
    }

    /// <inheritdoc/>
    public Task<Outcome<SecretAddress>> RemoveAsync(SecretAddress address, CancellationToken cancellation) => new SecretRemoval(cluster).RemoveAsync(address, cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<StoreAuditEvent>> ReadAuditAsync(AuditQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        yield return new Failure(FailureCode.NotSupported, cluster.Name, "A cluster doesn't give its audit log away through its API.");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    private static SecretVersion Without(SecretVersion version)
    {
        version.Value?.Dispose();
        return version with { Value = null };
    }
}
