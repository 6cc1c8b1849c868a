using System.Collections.Concurrent;
using RotateSecrets.Outcomes;
using RotateSecrets.Vault.Client;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault.KeyValue.Versioned;

/// <summary>The requests to version 2 of the key-value engine. Source: the API's page "KV secrets engine - version 2".</summary>
internal sealed class KeyValueCalls(VaultServer server) : IDisposable
{
    // Every write of a value names the version that it replaces, and is refused where that has changed: so what was seen a moment ago will do, and a rotation, which nobody should disturb, goes by
    // what it has seen and written itself for longer.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FreshInRotation = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, (KeyMetadata Metadata, long At)> seen = new(StringComparer.Ordinal);
    private readonly DocumentShelf shelf = new(server.Time);

    /// <summary>Reads the versions and what is noted of them; of a secret that isn't there, none.</summary>
    /// <param name="place">Which secret.</param>
    /// <param name="target">Its address, for failures.</param>
    /// <param name="isFresh">Whether what was seen a moment ago won't do.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public async Task<Outcome<KeyMetadata>> MetadataAsync(SecretPlace place, string target, bool isFresh, CancellationToken cancellation)
    {
        if (!isFresh && seen.TryGetValue(place.Path, out var known) && server.Time.GetElapsedTime(known.At) < (server.Rotations.IsOpen(target) ? FreshInRotation : Fresh))
        {
            return known.Metadata;
        }

        var call = VaultCall.Get(VaultCall.Escape(place.At("metadata")), target);
        if ((await server.SendAsync(call, "read", [404], cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            return reply.IsSuccess ? Remember(place, KeyMetadata.Read(reply.Data))
                : reply.Says("no handler for route") ? VaultFault.Of(reply, call)
                : Remember(place, KeyMetadata.None(server.State.HasCustomMetadata));
        }
    }

    /// <summary>Reads all keys of a version.</summary>
    /// <returns>The document, which the caller disposes of, or <see cref="FailureCode.VersionNotFound"/> where it was deleted or destroyed.</returns>
    public async Task<Outcome<SecretDocument>> ReadAsync(SecretPlace place, string target, int version, CancellationToken cancellation)
    {
        var call = VaultCall.Get(FormattableString.Invariant($"{VaultCall.Escape(place.At("data"))}?version={version}"), target);
        if ((await server.SendAsync(call, "read", [404], cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            server.OwnReads.TryAdd(reply.Root.Text("request_id") ?? string.Empty, true);
            if (!reply.IsSuccess)
            {
                return new Failure(FailureCode.VersionNotFound, target, $"Version {version} of {target} was revoked or deleted; its value is gone.");
            }

            shelf.Keep(place.Path, version, SecretDocument.Of(reply.Data.Member("data")));
            return SecretDocument.Of(reply.Data.Member("data"));
        }
    }

    /// <summary>All keys of a version: as they were read before, or else read now.</summary>
    public async Task<Outcome<SecretDocument>> KnownAsync(SecretPlace place, string target, int version, CancellationToken cancellation) =>
        shelf.Take(place.Path, version) is { } kept ? kept : await ReadAsync(place, target, version, cancellation);

    /// <summary>
    /// All keys of a version as this process wrote or read them lately, while a rotation works on the secret: a version never changes, and what the server said that it has kept needn't be asked for at
    /// each check. Null where it has to be read.
    /// </summary>
    /// <returns>The document, which the caller disposes of.</returns>
    public SecretDocument? Held(SecretPlace place, string target, int version) => server.Rotations.IsOpen(target) ? shelf.Copy(place.Path, version, FreshInRotation) : null;

    /// <summary>Writes a version.</summary>
    /// <param name="place">Where.</param>
    /// <param name="target">The address, for failures.</param>
    /// <param name="document">All its keys.</param>
    /// <param name="replaces">The number that the latest version must have.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>The version; <see cref="FailureCode.VersionConflict"/> where somebody else wrote first.</returns>
    public async Task<Outcome<KeyVersion>> WriteAsync(SecretPlace place, string target, SecretDocument document, int replaces, CancellationToken cancellation)
    {
        var call = VaultCall.Post(VaultCall.Escape(place.At("data")), target, body =>
        {
            body.WriteStartObject();
            body.WriteStartObject("options");
            body.WriteNumber("cas", replaces);
            body.WriteEndObject();
            body.WritePropertyName("data");
            document.WriteTo(body);
            body.WriteEndObject();
        });
        seen.TryRemove(place.Path, out var before);
        if ((await server.SendAsync(call, replaces == 0 ? "create" : "update", [400], cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            if (!reply.IsSuccess)
            {
                return reply.Says("check-and-set")
                    ? new Failure(FailureCode.VersionConflict, target, $"Somebody else wrote to {place.Path} first: its latest version is no longer {replaces}.")
                    : new Failure(FailureCode.ValueInvalid, target, $"The server refused the write to {place.Path} as malformed (status 400).");
            }

            var version = new KeyVersion((int)reply.Data.Number("version"), reply.Data.Moment("created_time") ?? server.Time.GetUtcNow(), reply.Data.Moment("deletion_time"), false);
            shelf.Keep(place.Path, version.Number, document.Copy());
            if (before.Metadata is { } metadata)
            {
                Remember(place, metadata with { Latest = version.Number, Versions = metadata.Versions.SetItem(version.Number, version) });
            }

            return version;
        }
    }

    /// <summary>Leaves notes on versions. What others wrote into the custom metadata stays; notes on versions that are gone don't.</summary>
    public async Task<Outcome<KeyMetadata>> NoteAsync(
        SecretPlace place, string target, KeyMetadata metadata, IEnumerable<(int Version, VersionNote Note)> notes, CancellationToken cancellation)
    {
        var all = metadata.Notes.SetItems(notes.Select(static note => KeyValuePair.Create(note.Version, note.Note)));
        all = all.RemoveRange(all.Keys.Where(number => !metadata.Versions.ContainsKey(number)));
        var call = VaultCall.Post(VaultCall.Escape(place.At("metadata")), target, body =>
        {
            body.WriteStartObject();
            body.WriteStartObject("custom_metadata");
            foreach (var (key, text) in metadata.Custom!)
            {
                body.WriteString(key, text);
            }

            foreach (var (number, note) in all)
            {
                body.WriteString(VersionNote.KeyOf(number), note.ToString());
            }

            body.WriteEndObject();
            body.WriteEndObject();
        }) with { IsRepeatable = true };
        return (await SendAsync(place, call, "update", cancellation)).Map(_ => Remember(place, metadata with { Notes = all }));
    }

    /// <summary>Brings back versions that were deleted.</summary>
    public async Task<Outcome<KeyMetadata>> UndeleteAsync(SecretPlace place, string target, KeyMetadata metadata, int version, CancellationToken cancellation) =>
        (await SendAsync(place, Versions(place, "undelete", target, [version]), "update", cancellation)).Map(
            _ => Remember(place, metadata with { Versions = metadata.Versions.SetItem(version, metadata.Versions[version] with { DeletedAt = null }) }));

    /// <summary>Deletes versions, so that they can be brought back.</summary>
    public async Task<Outcome<KeyMetadata>> DeleteAsync(
        SecretPlace place, string target, KeyMetadata metadata, IReadOnlyList<int> versions, CancellationToken cancellation) =>
        (await SendAsync(place, Versions(place, "delete", target, versions), "update", cancellation)).Map(_ => Remember(place, metadata with
        {
            Versions = metadata.Versions.SetItems(versions.Where(metadata.Versions.ContainsKey)
                .Select(number => KeyValuePair.Create(number, metadata.Versions[number] with { DeletedAt = server.Time.GetUtcNow() }))),
        }));

    /// <summary>Destroys versions' values for good.</summary>
    public async Task<Outcome<KeyMetadata>> DestroyAsync(
        SecretPlace place, string target, KeyMetadata metadata, IReadOnlyList<int> versions, CancellationToken cancellation) =>
        (await SendAsync(place, Versions(place, "destroy", target, versions), "update", cancellation)).Map(_ => Remember(place, metadata with
        {
            Versions = metadata.Versions.SetItems(versions.Where(metadata.Versions.ContainsKey)
                .Select(number => KeyValuePair.Create(number, metadata.Versions[number] with { IsDestroyed = true }))),
        }));

    /// <summary>Takes a secret away with all its versions and keys.</summary>
    public Task<Outcome<bool>> RemoveAsync(SecretPlace place, string target, CancellationToken cancellation) =>
        SendAsync(place, VaultCall.Delete(VaultCall.Escape(place.At("metadata")), target) with { IsRepeatable = true }, "delete", cancellation);

    /// <inheritdoc/>
    public void Dispose() => shelf.Dispose();

    private static VaultCall Versions(SecretPlace place, string endpoint, string target, IReadOnlyList<int> versions) =>
        VaultCall.Post(VaultCall.Escape(place.At(endpoint)), target, body =>
        {
            body.WriteStartObject();
            body.WriteStartArray("versions");
            foreach (var version in versions)
            {
                body.WriteNumberValue(version);
            }

            body.WriteEndArray();
            body.WriteEndObject();
        }) with { IsRepeatable = true };

    private async Task<Outcome<bool>> SendAsync(SecretPlace place, VaultCall call, string capability, CancellationToken cancellation)
    {
        seen.TryRemove(place.Path, out _);
        if ((await server.SendAsync(call, capability, [], cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        reply.Dispose();
        return true;
    }

    private KeyMetadata Remember(SecretPlace place, KeyMetadata metadata)
    {
        seen[place.Path] = (metadata, server.Time.GetTimestamp());
        return metadata;
    }
}
