using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Client;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault.KeyValue;

/// <summary>
/// Version 1 of the key-value engine: one value, overwritten. Its only version is Current, and is called by its fingerprint, by which a value is known again on this installation.
/// The engine has no compare-and-set; a write looks first, and somebody who writes in between is not noticed. Source: the API's page "KV secrets engine - version 1".
/// </summary>
internal sealed class KeyValue1(VaultServer server) : ISecretEngine
{
    // As with version 2. What is written is looked at before, whatever was seen.
    private static readonly TimeSpan FreshInRotation = TimeSpan.FromSeconds(30);

    private readonly DocumentShelf shelf = new(server.Time);

    /// <inheritdoc/>
    public async Task<Outcome<IReadOnlyList<SecretVersion>>> ListAsync(SecretAddress address, SecretPlace place, CancellationToken cancellation)
    {
        if ((await FindAsync(address, place, cancellation)).Failed(out var failure, out var version))
        {
            return failure;
        }

        version.Value!.Dispose();
        return Outcome.Of<IReadOnlyList<SecretVersion>>([version with { Value = null }]);
    }

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> ReadAsync(SecretAddress address, SecretPlace place, VersionSelector selector, CancellationToken cancellation)
    {
        if ((await FindAsync(address, place, cancellation)).Failed(out var failure, out var version))
        {
            return failure;
        }

        if (selector.Id is null ? selector.Stage == SecretStage.Current : selector.Id == version.Id)
        {
            return version;
        }

        version.Value!.Dispose();
        return KeyValueFault.NoVersion(address, selector);
    }

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> PutAsync(PutRequest request, SecretPlace place, CancellationToken cancellation)
    {
        var address = request.Address;
        if (request.Value.Length == 0)
        {
            return KeyValueFault.Empty(address);
        }

        if (request.Stage != SecretStage.Current)
        {
            return KeepsOne(address, "waits as pending");
        }

        if ((await DocumentAsync(address, place, isFresh: true, cancellation)).Failed(out var failure, out var document))
        {
            return failure;
        }

        using (document)
        using (var held = document.Read(place.Field))
        {
            // The same value again is the same write, whatever became of the first.
            if (!request.Value.Equals(held))
            {
                if (KeyValueFault.Unexpected(address, request.ExpectedVersion, held?.Fingerprint, server.Time.GetUtcNow()) is { } conflict)
                {
                    return conflict;
                }

                using var changed = document.With(place.Field, request.Value);
                if (await WriteAsync(address, place, changed, cancellation) is { } unwritten)
                {
                    return unwritten;
                }
            }
        }

        return Describe(address, request.Value);
    }

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> PromoteAsync(SecretAddress address, SecretPlace place, string id, string? expected, CancellationToken cancellation)
    {
        if ((await ReadAsync(address, place, VersionSelector.OfId(id), cancellation)).Failed(out var failure, out var version))
        {
            return failure.Code == FailureCode.VersionNotFound ? KeepsOne(address, "can be put back") : failure;
        }

        version.Value!.Dispose();
        return version with { Value = null };
    }

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, SecretPlace place, string id, CancellationToken cancellation) =>
        Task.FromResult<Outcome<SecretVersion>>(KeepsOne(address, "can be revoked"));

    /// <inheritdoc/>
    public async Task<Outcome<SecretAddress>> RemoveAsync(SecretAddress address, SecretPlace place, CancellationToken cancellation)
    {
        if ((await DocumentAsync(address, place, isFresh: true, cancellation)).Failed(out var failure, out var document))
        {
            return failure;
        }

        using (document)
        {
            if (document.Fields.Any(field => field != place.Field))
            {
                using var rest = document.With(place.Field, null);
                return await WriteAsync(address, place, rest, cancellation) is { } unwritten ? unwritten : address;
            }
        }

        shelf.Forget(place.Path);
        var call = VaultCall.Delete(VaultCall.Escape(place.Path), address.ToString()) with { IsRepeatable = true };
        if ((await server.SendAsync(call, "delete", [], cancellation)).Failed(out failure, out var reply))
        {
            return failure;
        }

        reply.Dispose();
        return address;
    }

    /// <inheritdoc/>
    public Task<Outcome<(StoreAccess Impossible, IReadOnlyList<string> Findings)>> CheckAsync(
        SecretAddress address, SecretPlace place, StoreAccess wanted, CancellationToken cancellation) =>
        Task.FromResult<Outcome<(StoreAccess, IReadOnlyList<string>)>>((
            StoreAccess.None,
            [
                $"{place.Mount.Path} is version 1 of the key-value engine: a write replaces the value at once, and the old one is held in the journal alone.",
                .. place.WithoutEndpoint is { } meant ? [$"Its paths have no '{place.Name.Split('/')[0]}/', which belongs to the interface of version 2: {address.Store}:{place.Mount.Path}{meant} may be meant."] : Array.Empty<string>(),
            ]));

    /// <inheritdoc/>
    public void Dispose() => shelf.Dispose();

    // Whoever takes version 1 for 2 writes the part that belongs to the interface of 2; here it may be part of a name.
    private static Failure NoSecret(SecretAddress address, SecretPlace place) => place.WithoutEndpoint is { } meant
        ? new Failure(FailureCode.SecretNotFound, address.ToString(), $"There is no secret at {address}: {place.Mount.Path} is version 1 of the key-value engine, whose paths have no '{place.Name.Split('/')[0]}/'.")
        {
            Remedy = $"Write {address.Store}:{place.Mount.Path}{meant}{(address.Field is null ? string.Empty : $"#{address.Field}")}.",
        }
        : KeyValueFault.NoSecret(address);

    private static Failure KeepsOne(SecretAddress address, string what) =>
        new(FailureCode.NotSupported, address.ToString(), $"{address} is in version 1 of the key-value engine, which keeps one value: none {what} beside it.")
        {
            Remedy = "Let the plan's strategy be Automatic or Overwrite, or move the secret to a mount of version 2.",
        };

    private SecretVersion Describe(SecretAddress address, SecretValue value) =>
        new(address, value.Fingerprint, SecretStage.Current, server.Time.GetUtcNow()) { Fingerprint = value.Fingerprint, Length = value.Length };

    private async Task<Outcome<SecretVersion>> FindAsync(SecretAddress address, SecretPlace place, CancellationToken cancellation)
    {
        if ((await DocumentAsync(address, place, isFresh: false, cancellation)).Failed(out var failure, out var document))
        {
            return failure;
        }

        using (document)
        {
            return document.Read(place.Field) is { } value ? Describe(address, value) with { Value = value }
                : document.Fields.Count == 0 ? NoSecret(address, place)
                : KeyValueFault.NoField(address, place.Field, document);
        }
    }

    private async Task<Outcome<SecretDocument>> DocumentAsync(SecretAddress address, SecretPlace place, bool isFresh, CancellationToken cancellation)
    {
        if (!isFresh && server.Rotations.IsOpen(address.ToString()) && shelf.Copy(place.Path, 1, FreshInRotation) is { } known)
        {
            return known;
        }

        var call = VaultCall.Get(VaultCall.Escape(place.Path), address.ToString());
        if ((await server.SendAsync(call, "read", [404], cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            var read = reply.IsSuccess ? SecretDocument.Of(reply.Data) : SecretDocument.Empty();
            shelf.Keep(place.Path, 1, read.Copy());
            return read;
        }
    }

    private async Task<Failure?> WriteAsync(SecretAddress address, SecretPlace place, SecretDocument document, CancellationToken cancellation)
    {
        shelf.Forget(place.Path);
        var call = VaultCall.Post(VaultCall.Escape(place.Path), address.ToString(), document.WriteTo) with { IsRepeatable = true };
        if ((await server.SendAsync(call, "update", [], cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        reply.Dispose();
        return null;
    }
}
