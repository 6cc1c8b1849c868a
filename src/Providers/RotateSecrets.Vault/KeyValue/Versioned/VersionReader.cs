using System.Globalization;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault.KeyValue.Versioned;

/// <summary>Reads secrets: what is known of their versions, and their values.</summary>
internal sealed class VersionReader(VaultServer server, KeyValueCalls calls)
{
    public DateTimeOffset Now => server.Time.GetUtcNow();

    public static string? IdOf(KeyVersion? version) => version?.Number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The versions that were current before a successor, as they are to be noted.</summary>
    public IEnumerable<(int, VersionNote)> Retired(KeyMetadata metadata, KeyVersion successor) => metadata.Notes
        .Where(pair => pair.Key != successor.Number && pair.Value.Stage == SecretStage.Current)
        .Select(pair => (pair.Key, pair.Value with { Stage = SecretStage.Previous, At = Now }));

    /// <summary>A version that a selector names.</summary>
    public Outcome<KeyVersion> Find(SecretAddress address, KeyMetadata metadata, VersionSelector selector)
    {
        if (metadata.Versions.IsEmpty)
        {
            return KeyValueFault.NoSecret(address);
        }

        var found = selector.Id is { } id ? metadata.Find(id) : metadata.Listed.FirstOrDefault(version => metadata.StageOf(version, Now) == selector.Stage);
        return found is null ? KeyValueFault.NoVersion(address, selector) : found;
    }

    /// <summary>The named key of a version.</summary>
    /// <returns>The value, which the caller disposes of.</returns>
    public async Task<Outcome<SecretValue>> ValueAsync(SecretAddress address, SecretPlace place, KeyVersion version, CancellationToken cancellation)
    {
        if (version.IsDestroyed)
        {
            return KeyValueFault.Gone(address, version.Number);
        }

        if ((await calls.ReadAsync(place, address.ToString(), version.Number, cancellation)).Failed(out var failure, out var document))
        {
            return failure;
        }

        using (document)
        {
            return ValueIn(address, place, document);
        }
    }

    /// <summary>The named key of a version, as a rotation may go by it: what it has itself read or written lately isn't asked for again.</summary>
    /// <returns>The value, which the caller disposes of.</returns>
    public async Task<Outcome<SecretValue>> KnownValueAsync(SecretAddress address, SecretPlace place, KeyVersion version, CancellationToken cancellation)
    {
        using var held = version.IsDestroyed || KeyMetadata.IsDeleted(version, Now) ? null : calls.Held(place, address.ToString(), version.Number);
        return held is null ? await ValueAsync(address, place, version, cancellation) : ValueIn(address, place, held);
    }

    /// <summary>All keys of a version, as they were read before or are read now; none where there is no version.</summary>
    /// <returns>The document, which the caller disposes of.</returns>
    public async Task<Outcome<SecretDocument>> DocumentAsync(SecretAddress address, SecretPlace place, KeyVersion? version, CancellationToken cancellation) =>
        version is null ? SecretDocument.Empty() : await calls.KnownAsync(place, address.ToString(), version.Number, cancellation);

    /// <summary>A version, without its value, as the heart knows it.</summary>
    public SecretVersion Describe(SecretAddress address, KeyMetadata metadata, KeyVersion version)
    {
        var note = metadata.Notes.GetValueOrDefault(version.Number);
        return new SecretVersion(address, IdOf(version)!, metadata.StageOf(version, Now), version.CreatedAt)
        {
            StagedAt = note?.At,
            Age = Now - version.CreatedAt,
            Token = note is { Token.Length: > 0 } ? note.Token : null,
        };
    }

    private static Outcome<SecretValue> ValueIn(SecretAddress address, SecretPlace place, SecretDocument document) =>
        document.Read(place.Field) is { } value ? value : KeyValueFault.NoField(address, place.Field, document);
}
