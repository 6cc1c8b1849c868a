using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault.KeyValue.Versioned;

/// <summary>
/// Version 2 of the key-value engine. The latest version is what everybody reads who names none, so it is Current unless it is noted as pending; an older value is brought back by writing it
/// again, as a copy of its version. Every write names the version that it replaces.
/// </summary>
internal sealed class KeyValue2 : ISecretEngine
{
    private readonly VaultServer server;
    private readonly KeyValueCalls calls;
    private readonly VersionReader reader;
    private readonly VersionWriter writer;
    private readonly VersionMover mover;

    public KeyValue2(VaultServer server)
    {
        this.server = server;
        calls = new KeyValueCalls(server);
        reader = new VersionReader(server, calls);
        writer = new VersionWriter(calls, reader);
        mover = new VersionMover(calls, reader);
    }

    /// <inheritdoc/>
    public async Task<Outcome<IReadOnlyList<SecretVersion>>> ListAsync(SecretAddress address, SecretPlace place, CancellationToken cancellation)
    {
        if ((await calls.MetadataAsync(place, address.ToString(), isFresh: false, cancellation)).Failed(out var failure, out var metadata))
        {
            return failure;
        }

        return metadata.Versions.IsEmpty
            ? KeyValueFault.NoSecret(address)
            : Outcome.Of<IReadOnlyList<SecretVersion>>([.. metadata.Listed.Select(version => reader.Describe(address, metadata, version))]);
    }

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> ReadAsync(SecretAddress address, SecretPlace place, VersionSelector selector, CancellationToken cancellation)
    {
        if ((await calls.MetadataAsync(place, address.ToString(), isFresh: false, cancellation)).Failed(out var failure, out var metadata)
            || reader.Find(address, metadata, selector).Failed(out failure, out var version)
            || (await reader.KnownValueAsync(address, place, version, cancellation)).Failed(out failure, out var value))
        {
            return failure;
        }

        return reader.Describe(address, metadata, version) with { Value = value, Fingerprint = value.Fingerprint, Length = value.Length };
    }

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> PutAsync(PutRequest request, SecretPlace place, CancellationToken cancellation) => writer.PutAsync(request, place, cancellation);

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> PromoteAsync(SecretAddress address, SecretPlace place, string id, string? expected, CancellationToken cancellation) =>
        mover.PromoteAsync(address, place, id, expected, cancellation);

    /// <summary>Deletes a previous version so that it can be had back.</summary>
    public Task<Outcome<SecretVersion>> RetireAsync(SecretAddress address, SecretPlace place, string id, CancellationToken cancellation) =>
        mover.RetireAsync(address, place, id, cancellation);

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, SecretPlace place, string id, CancellationToken cancellation) =>
        mover.RevokeAsync(address, place, id, cancellation);

    /// <inheritdoc/>
    public async Task<Outcome<SecretAddress>> RemoveAsync(SecretAddress address, SecretPlace place, CancellationToken cancellation)
    {
        var target = address.ToString();
        if ((await calls.MetadataAsync(place, target, isFresh: true, cancellation)).Failed(out var failure, out var metadata))
        {
            return failure;
        }

        if (metadata.Versions.IsEmpty)
        {
            return address;
        }

        if ((await reader.DocumentAsync(address, place, metadata.Current(reader.Now), cancellation)).Failed(out failure, out var document))
        {
            return failure;
        }

        using (document)
        {
            return document.Fields.Any(field => field != place.Field)
                ? new Failure(FailureCode.NotSupported, target, $"The secret at {place.Path} has other keys than '{place.Field}', and taking it away would take them too.")
                {
                    Remedy = $"Write it without that key, with `vault kv put` or `vault kv patch`; its older versions keep the key until they are destroyed.",
                }
                : (await calls.RemoveAsync(place, target, cancellation)).Map(_ => address);
        }
    }

    /// <inheritdoc/>
    public async Task<Outcome<(StoreAccess Impossible, IReadOnlyList<string> Findings)>> CheckAsync(
        SecretAddress address, SecretPlace place, StoreAccess wanted, CancellationToken cancellation) =>
        (await calls.MetadataAsync(place, address.ToString(), isFresh: true, cancellation)).Failed(out var failure, out var metadata)
            ? failure
            : await new Retention(server).CheckAsync(address, place, metadata, wanted, cancellation);

    /// <inheritdoc/>
    public void Dispose() => calls.Dispose();
}
