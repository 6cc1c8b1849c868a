using System.Runtime.CompilerServices;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Access;
using RotateSecrets.Vault.Agents;
using RotateSecrets.Vault.Audit;
using RotateSecrets.Vault.Client;
using RotateSecrets.Vault.Database;
using RotateSecrets.Vault.KeyValue;
using RotateSecrets.Vault.KeyValue.Versioned;
using RotateSecrets.Vault.Leases;
using RotateSecrets.Vault.Login;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault;

/// <summary>The key-value engines of a server, and the static roles of its database engines, as one store: the first part of a path is the mount.</summary>
internal sealed class VaultStore : ISecretStore, IScopedStore, IRetiringStore, ISelfRotatingStore, IRootRotatingStore, ILeaseStore, IPolicyStore
{
    private const StoreCapabilities Single = StoreCapabilities.Readable;
    private const StoreCapabilities Delegated = Single | StoreCapabilities.SelfRotating;
    private const StoreCapabilities Versioned = Single | StoreCapabilities.Versioned | StoreCapabilities.CompareAndSet | StoreCapabilities.Revocable;
    private const StoreCapabilities Noted = Versioned | StoreCapabilities.Staged | StoreCapabilities.Idempotent;

    private readonly VaultServer server;
    private readonly KeyValue1 single;
    private readonly KeyValue2 versioned;
    private readonly StaticRoles roles;
    private readonly AuditSource auditSource;
    private readonly AuditLog audit;

    /// <summary>A store.</summary>
    /// <param name="server">The server.</param>
    /// <param name="auditSource">Where its audit log lies; it is the store's from here on.</param>
    public VaultStore(VaultServer server, AuditSource auditSource)
    {
        this.server = server;
        this.auditSource = auditSource;
        audit = new AuditLog(auditSource, server);
        Values = new KnownValues(this);
        var audited = auditSource.Exists ? StoreCapabilities.Audited : StoreCapabilities.None;
        single = new KeyValue1(server);
        versioned = new KeyValue2(server);
        roles = new StaticRoles(server);
        Description = new StoreDescription(server.Name, "Vault", LocationOf(server.Client), (server.State.HasCustomMetadata ? Noted : Versioned) | audited);
    }

    /// <inheritdoc/>
    public StoreDescription Description { get; }

    /// <summary>The values for which files of this machine are searched.</summary>
    public KnownValues Values { get; }

    /// <inheritdoc/>
    public StoreCapabilities CapabilitiesAt(SecretAddress address) =>
        server.Mounts.Find(address) switch
        {
            { Version: 1 } => Single | (Description.Capabilities & StoreCapabilities.Audited),
            { HasStaticRoles: true } => Delegated | (Description.Capabilities & StoreCapabilities.Audited),
            _ => Description.Capabilities,
        };

    /// <inheritdoc/>
    public IStoreScope Enter(SecretAddress address) => server.Rotations.Enter(address);

    /// <inheritdoc/>
    public async Task<Outcome<StoreAccessReport>> CheckAccessAsync(SecretAddress? address, StoreAccess wanted, CancellationToken cancellation)
    {
        if (address is null)
        {
            var mounts = server.Mounts.Seen.Where(static mount => mount.IsKeyValue).Select(static mount => $"{mount.Path} (version {mount.Version})").ToList();
            return new StoreAccessReport(server.Name, null, wanted, StoreAccess.None,
            [
                server.Keeper.Token == VaultToken.Unknown
                    ? "The token may not look at itself (auth/token/lookup-self): when it ends isn't known, and it isn't renewed."
                    : $"Logged in as {server.Keeper.Token.Name} with {string.Join(", ", server.Keeper.Token.Policies)}{(server.Keeper.Token.ExpiresAt is { } at ? $", until {at:u}" : string.Empty)}.",
                mounts.Count == 0 ? "The token sees no key-value engine." : $"The token sees {string.Join(", ", mounts)}.",
            ]);
        }

        if ((await server.Mounts.ResolveAsync(address, cancellation)).Failed(out var failure, out var place)
            || (await new AccessCheck(server).CheckAsync(address, place, wanted, cancellation)).Failed(out failure, out var permitted))
        {
            return failure;
        }

        // What may not be read can't be looked at either.
        if (permitted.Missing.HasFlag(StoreAccess.List))
        {
            return new StoreAccessReport(server.Name, address, wanted, permitted.Missing, permitted.Findings);
        }

        return (await EngineOf(place).CheckAsync(address, place, wanted, cancellation)).Map(possible => new StoreAccessReport(
            server.Name, address, wanted, permitted.Missing | possible.Impossible, [.. permitted.Findings, .. possible.Findings]));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<SecretVersion>> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var found in new SecretWalk(server).FindAsync(prefix, cancellation))
        {
            if (found.Failed(out var failure, out var address))
            {
                yield return failure;
                continue;
            }

            SecretVersion? chosen = null;
            await foreach (var listed in ListVersionsAsync(address, cancellation))
            {
                if (listed.Failed(out var unlisted, out var version))
                {
                    yield return unlisted;
                }
                else if (chosen is null || version.Stage == SecretStage.Current)
                {
                    chosen = version;
                }
            }

            if (chosen is not null)
            {
                yield return chosen;
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<SecretVersion>> ListVersionsAsync(SecretAddress address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if ((await AtAsync(address, (engine, place) => engine.ListAsync(address, place, cancellation), cancellation)).Failed(out var failure, out var versions))
        {
            yield return failure;
            yield break;
        }

        foreach (var version in versions)
        {
            yield return version;
        }
    }

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> ReadAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) =>
        AtAsync(address, (engine, place) => engine.ReadAsync(address, place, version, cancellation), cancellation);

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> PutAsync(PutRequest request, CancellationToken cancellation) =>
        AtAsync(request.Address, (engine, place) => engine.PutAsync(request, place, cancellation), cancellation);

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> PromoteAsync(SecretAddress address, string version, string? expectedCurrent, CancellationToken cancellation) =>
        AtAsync(address, (engine, place) => engine.PromoteAsync(address, place, version, expectedCurrent, cancellation), cancellation);

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, string version, CancellationToken cancellation) =>
        AtAsync(address, (engine, place) => engine.RevokeAsync(address, place, version, cancellation), cancellation);

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> RetireAsync(SecretAddress address, string version, CancellationToken cancellation) =>
        (await server.Mounts.ResolveAsync(address, cancellation)).Failed(out var failure, out var place)
            ? failure
            : place.Mount.Version == 2
                ? await versioned.RetireAsync(address, place, version, cancellation)
                : new Failure(FailureCode.NotSupported, address.ToString(), $"{place.Mount.Path} keeps one version of a secret, which can't be put away.");

    /// <inheritdoc/>
    public Task<Outcome<SecretAddress>> RemoveAsync(SecretAddress address, CancellationToken cancellation) =>
        AtAsync(address, (engine, place) => engine.RemoveAsync(address, place, cancellation), cancellation);

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> RotateAsync(SecretAddress address, string token, string? expectedCurrent, CancellationToken cancellation) =>
        (await server.Mounts.ResolveAsync(address, cancellation)).Failed(out var failure, out var place)
            ? failure
            : place.Mount.HasStaticRoles
                ? await roles.RotateAsync(address, place, expectedCurrent, cancellation)
                : new Failure(FailureCode.NotSupported, address.ToString(), $"The key-value engine has no function that rotates {address}.") { Remedy = "Let the plan's strategy be Automatic." };

    /// <inheritdoc/>
    public Task<Outcome<RootRotation>> RotateRootAsync(SecretAddress address, CancellationToken cancellation) => new RootLogin(server).RotateAsync(address, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<StoreAuditEvent>> ReadAuditAsync(AuditQuery query, CancellationToken cancellation) =>
        auditSource.Exists ? audit.ReadAsync(query, cancellation) : Unaudited();

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<SecretLease>> FindLeasesAsync(string prefix, CancellationToken cancellation) => new LeaseDesk(server).FindAsync(prefix, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<SecretLease>> FindIrrevocableLeasesAsync(string prefix, CancellationToken cancellation) =>
        new LeaseDesk(server).FindIrrevocableAsync(prefix, cancellation);

    /// <inheritdoc/>
    public Task<Outcome<LeaseRevocation>> RevokeLeaseAsync(string id, CancellationToken cancellation) => new LeaseDesk(server).RevokeAsync(id, cancellation);

    /// <inheritdoc/>
    public Task<Outcome<LeaseRevocation>> RevokeLeasesAsync(string prefix, bool force, CancellationToken cancellation) =>
        new LeaseDesk(server).RevokeAllAsync(prefix, force, cancellation);

    /// <inheritdoc/>
    public Task<Outcome<StorePolicy>> WritePolicyAsync(
        IReadOnlyList<SecretAddress> addresses, PolicyAudience audience, PolicyFormat format, CancellationToken cancellation) =>
        new PolicyDesk(server).WriteAsync(addresses, audience, format, cancellation);

    /// <inheritdoc/>
    public Task<Outcome<StorePolicyReport>> ComparePoliciesAsync(
        PolicyHolder holder, IReadOnlyList<SecretAddress> addresses, PolicyAudience audience, CancellationToken cancellation) =>
        new PolicyDesk(server).CompareAsync(holder, addresses, audience, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Values.Dispose();
        versioned.Dispose();
        single.Dispose();
        await auditSource.DisposeAsync();
        await server.DisposeAsync();
    }

    private async IAsyncEnumerable<Outcome<StoreAuditEvent>> Unaudited()
    {
        await Task.CompletedTask;
        yield return new Failure(FailureCode.NotSupported, server.Name, $"No audit file or socket was named when {server.Name} was connected, and a server doesn't give its audit log away.")
        {
            Remedy = "Connect it again with -AuditFile, where a file of a file audit device can be read, or with -AuditSocket, to which a socket audit device sends.",
        };
    }

    private static string LocationOf(VaultClient client) => client.Namespace is { } inside ? $"{client.Location} ({inside})" : client.Location;

    private ISecretEngine EngineOf(SecretPlace place) => place.Mount.Version switch { 2 => versioned, 1 => single, _ => roles };

    private async Task<Outcome<T>> AtAsync<T>(SecretAddress address, Func<ISecretEngine, SecretPlace, Task<Outcome<T>>> work, CancellationToken cancellation)
        where T : notnull => (await server.Mounts.ResolveAsync(address, cancellation)).Failed(out var failure, out var place)
            ? failure
            : await work(EngineOf(place), place);
}
