using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Running;

/// <summary>
/// The store as a rotation sees it: right before each write it is seen that the lease still holds, so that whoever was overtaken while it slept changes nothing.
/// </summary>
/// <param name="store">The store. It stays the caller's to dispose of.</param>
/// <param name="renew">Renews the lease.</param>
internal sealed class FencedStore(ISecretStore store, Func<CancellationToken, Task<Outcome<RotationLease>>> renew) : ISecretStore
{
    public StoreDescription Description => store.Description;

    public StoreCapabilities CapabilitiesAt(SecretAddress address) => store.CapabilitiesAt(address);

    public SecretAddress SideOf(SecretAddress address, string runId) => store.SideOf(address, runId);

    public Task<Outcome<StoreAccessReport>> CheckAccessAsync(SecretAddress? address, StoreAccess wanted, CancellationToken cancellation) =>
        store.CheckAccessAsync(address, wanted, cancellation);

    public IAsyncEnumerable<Outcome<SecretVersion>> ListAsync(string prefix, CancellationToken cancellation) => store.ListAsync(prefix, cancellation);

    public IAsyncEnumerable<Outcome<SecretVersion>> ListVersionsAsync(SecretAddress address, CancellationToken cancellation) =>
        store.ListVersionsAsync(address, cancellation);

    public Task<Outcome<SecretVersion>> ReadAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) =>
        store.ReadAsync(address, version, cancellation);

    public Task<Outcome<SecretVersion>> PutAsync(PutRequest request, CancellationToken cancellation) =>
        FencedAsync(token => store.PutAsync(request, token), cancellation);

    public Task<Outcome<SecretVersion>> PromoteAsync(SecretAddress address, string version, string? expectedCurrent, CancellationToken cancellation) =>
        FencedAsync(token => store.PromoteAsync(address, version, expectedCurrent, token), cancellation);

    public Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, string version, CancellationToken cancellation) =>
        FencedAsync(token => store.RevokeAsync(address, version, token), cancellation);

    public Task<Outcome<SecretAddress>> RemoveAsync(SecretAddress address, CancellationToken cancellation) =>
        FencedAsync(token => store.RemoveAsync(address, token), cancellation);

    public IAsyncEnumerable<Outcome<StoreAuditEvent>> ReadAuditAsync(AuditQuery query, CancellationToken cancellation) => store.ReadAuditAsync(query, cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<Outcome<T>> FencedAsync<T>(Func<CancellationToken, Task<Outcome<T>>> write, CancellationToken cancellation)
        where T : notnull =>
        (await renew(cancellation)).Failure is { } lost ? lost : await write(cancellation);
}
