using System.Globalization;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault.KeyValue;

/// <summary>
/// Version 2 of the key-value engine. The latest version is what everybody reads who names none, so it is Current unless it is noted as pending; an older value is brought back by writing it
/// again, as a copy of its version. Every write names the version that it replaces.
/// </summary>
internal sealed class KeyValue2(VaultServer server) : IKeyValueEngine
{
    private readonly KeyValueCalls calls = new(server);

    private DateTimeOffset Now => server.Time.GetUtcNow();

    /// <inheritdoc/>
    public async Task<Outcome<IReadOnlyList<SecretVersion>>> ListAsync(SecretAddress address, SecretPlace place, CancellationToken cancellation)
    {
        if ((await calls.MetadataAsync(place, address.ToString(), isFresh: false, cancellation)).Failed(out var failure, out var metadata))
        {
            return failure;
        }

        return metadata.Versions.IsEmpty
            ? KeyValueFault.NoSecret(address)
            : Outcome.Of<IReadOnlyList<SecretVersion>>([.. metadata.Listed.Select(version => Describe(address, metadata, version))]);
    }

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> ReadAsync(SecretAddress address, SecretPlace place, VersionSelector selector, CancellationToken cancellation)
    {
        if ((await calls.MetadataAsync(place, address.ToString(), isFresh: false, cancellation)).Failed(out var failure, out var metadata)
            || Find(address, metadata, selector).Failed(out failure, out var version)
            || (await ValueAsync(address, place, version, cancellation)).Failed(out failure, out var value))
        {
            return failure;
        }

        return Describe(address, metadata, version) with { Value = value, Fingerprint = value.Fingerprint, Length = value.Length };
    }

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> PutAsync(PutRequest request, SecretPlace place, CancellationToken cancellation)
    {
        var (address, target) = (request.Address, request.Address.ToString());
        if ((await calls.MetadataAsync(place, target, isFresh: false, cancellation)).Failed(out var failure, out var metadata)
            || (await EarlierAsync(request, place, metadata, cancellation)).Failed(out failure, out var earlier))
        {
            return failure;
        }

        if (earlier.Version is { } known)
        {
            return earlier.IsNoted ? Describe(address, metadata, known) : await NoteAsync(request, place, metadata, known, cancellation);
        }

        if (Flaw(request, metadata) is { } flaw)
        {
            return flaw;
        }

        var current = metadata.Current(Now);
        if ((await DocumentAsync(address, place, current, cancellation)).Failed(out failure, out var document))
        {
            return failure;
        }

        using (document)
        using (var changed = document.With(place.Field, request.Value))
        {
            var written = await calls.WriteAsync(place, target, changed, metadata.Latest, cancellation);
            return written.Succeeded(out var version, out failure)
                ? await NoteAsync(request, place, metadata with { Latest = version.Number, Versions = metadata.Versions.SetItem(version.Number, version) }, version, cancellation)
                : failure.Effect == Effect.Unknown || failure.Code == FailureCode.VersionConflict ? await ReadBackAsync(request, place, metadata.Latest, failure, cancellation) : failure;
        }
    }

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> PromoteAsync(SecretAddress address, SecretPlace place, string id, string? expected, CancellationToken cancellation)
    {
        var target = address.ToString();
        if ((await calls.MetadataAsync(place, target, isFresh: false, cancellation)).Failed(out var failure, out var metadata)
            || Find(address, metadata, VersionSelector.OfId(id)).Failed(out failure, out var version))
        {
            return failure;
        }

        var current = metadata.Current(Now);
        if (version == current)
        {
            return Describe(address, metadata, version);
        }

        if (!SecretStages.MayFollow(metadata.StageOf(version, Now), SecretStage.Current))
        {
            return KeyValueFault.Stage(address, version.Number, metadata.StageOf(version, Now), "become current");
        }

        if (KeyValueFault.Unexpected(address, expected, IdOf(current), current?.CreatedAt) is { } conflict)
        {
            return conflict;
        }

        if (KeyMetadata.IsDeleted(version, Now))
        {
            if ((await calls.UndeleteAsync(place, target, metadata, version.Number, cancellation)).Failed(out failure, out metadata))
            {
                return failure;
            }

            version = metadata.Versions[version.Number];
        }

        // A candidate that nothing was written over is read by everybody as it stands; every other version has to be written again.
        var isNewest = metadata.StageOf(version, Now) == SecretStage.Pending && version.Number == metadata.Latest;
        if (isNewest || version == metadata.Current(Now))
        {
            return (await NoteCurrentAsync(address, place, metadata, version, copyOf: null, cancellation)).Map(noted => Describe(address, noted, version));
        }

        return await BringBackAsync(address, place, metadata, version, cancellation);
    }

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, SecretPlace place, string id, CancellationToken cancellation)
    {
        var target = address.ToString();
        if ((await calls.MetadataAsync(place, target, isFresh: false, cancellation)).Failed(out var failure, out var metadata)
            || Find(address, metadata, VersionSelector.OfId(id)).Failed(out failure, out var version))
        {
            return failure;
        }

        var stage = metadata.StageOf(version, Now);
        if (stage == SecretStage.Revoked)
        {
            return Describe(address, metadata, version);
        }

        if (!SecretStages.MayFollow(stage, SecretStage.Revoked))
        {
            return KeyValueFault.Stage(address, version.Number, stage, "be revoked") with { Remedy = "Promote its successor first with Move-StoreSecret -Stage Current." };
        }

        // Whoever names no version reads the latest: were it destroyed, they would find nothing.
        if (version.Number == metadata.Latest && metadata.Current(Now) is { } current)
        {
            if ((await BringBackAsync(address, place, metadata, current, cancellation)).Failed(out failure, out _)
                || (await calls.MetadataAsync(place, target, isFresh: false, cancellation)).Failed(out failure, out metadata))
            {
                return failure;
            }
        }

        if ((await SameAsync(address, place, metadata, version, cancellation)).Failed(out failure, out var numbers))
        {
            return failure;
        }

        return (await calls.DestroyAsync(place, target, metadata, numbers, cancellation)).Map(
            destroyed => Describe(address, destroyed, destroyed.Versions[version.Number]));
    }

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

        if ((await DocumentAsync(address, place, metadata.Current(Now), cancellation)).Failed(out failure, out var document))
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

    private static string? IdOf(KeyVersion? version) => version?.Number.ToString(CultureInfo.InvariantCulture);

    private Outcome<KeyVersion> Find(SecretAddress address, KeyMetadata metadata, VersionSelector selector)
    {
        if (metadata.Versions.IsEmpty)
        {
            return KeyValueFault.NoSecret(address);
        }

        var found = selector.Id is { } id ? metadata.Find(id) : metadata.Listed.FirstOrDefault(version => metadata.StageOf(version, Now) == selector.Stage);
        return found is null ? KeyValueFault.NoVersion(address, selector) : found;
    }

    private async Task<Outcome<SecretValue>> ValueAsync(SecretAddress address, SecretPlace place, KeyVersion version, CancellationToken cancellation)
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
            return document.Read(place.Field) is { } value ? value : KeyValueFault.NoField(address, place.Field, document);
        }
    }

    private async Task<Outcome<SecretDocument>> DocumentAsync(SecretAddress address, SecretPlace place, KeyVersion? version, CancellationToken cancellation) =>
        version is null ? SecretDocument.Empty() : await calls.KnownAsync(place, address.ToString(), version.Number, cancellation);

    // What was written with the token before; or what stands there without a note since a write whose answer was lost.
    private async Task<Outcome<(KeyVersion? Version, bool IsNoted)>> EarlierAsync(
        PutRequest request, SecretPlace place, KeyMetadata metadata, CancellationToken cancellation)
    {
        var noted = metadata.Notes.Where(pair => pair.Value.Token == request.Token && metadata.Versions.ContainsKey(pair.Key)).Select(static pair => pair.Key).Order().FirstOrDefault();
        var latest = metadata.Versions.GetValueOrDefault(metadata.Latest);
        var candidate = noted != 0 ? metadata.Versions[noted]
            : latest is { IsDestroyed: false } && !metadata.Notes.ContainsKey(latest.Number) && request.ExpectedVersion != IdOf(latest) && !KeyMetadata.IsDeleted(latest, Now) ? latest
            : null;
        if (candidate is null)
        {
            return (null, false);
        }

        var read = await ValueAsync(request.Address, place, candidate, cancellation);
        using var stored = read.Succeeded(out var value, out var failure) ? value : null;
        return failure is { Code: not (FailureCode.VersionNotFound or FailureCode.SecretNotFound) }
            ? failure
            : (request.Value.Equals(stored), noted != 0) switch
            {
                (true, var isNoted) => (candidate, isNoted || !metadata.CanNote),
                (false, true) => KeyValueFault.TokenReused(request.Address, noted),
                _ => ((KeyVersion?)null, false),
            };
    }

    private Failure? Flaw(PutRequest request, KeyMetadata metadata)
    {
        var address = request.Address;
        var current = metadata.Current(Now);
        return request switch
        {
            { Value.Length: 0 } => KeyValueFault.Empty(address),
            { Stage: not (SecretStage.Pending or SecretStage.Current) } => KeyValueFault.NotWritable(address, request.Stage),
            { Stage: SecretStage.Pending } when !metadata.CanNote => KeyValueFault.NoNotes(address),
            _ when KeyValueFault.Unexpected(address, request.ExpectedVersion, IdOf(current), current?.CreatedAt) is { } conflict => conflict,
            { Stage: SecretStage.Pending } when metadata.Pending is { } waiting => KeyValueFault.Waiting(address, waiting.Number, waiting.CreatedAt),
            _ => null,
        };
    }

    private async Task<Outcome<SecretVersion>> NoteAsync(PutRequest request, SecretPlace place, KeyMetadata metadata, KeyVersion version, CancellationToken cancellation)
    {
        if (!metadata.CanNote)
        {
            return Describe(request.Address, metadata, version);
        }

        var notes = new List<(int, VersionNote)> { (version.Number, new VersionNote(request.Stage, request.Token, Now)) };
        if (request.Stage == SecretStage.Current)
        {
            notes.AddRange(Retired(metadata, version));
        }

        // The value is there already: what isn't noted now is noted when the write is repeated.
        return (await calls.NoteAsync(place, request.Address.ToString(), metadata, notes, cancellation)).Succeeded(out var noted, out var failure)
            ? Describe(request.Address, noted, version)
            : failure with { Effect = Effect.Unknown };
    }

    private async Task<Outcome<KeyMetadata>> NoteCurrentAsync(
        SecretAddress address, SecretPlace place, KeyMetadata metadata, KeyVersion version, int? copyOf, CancellationToken cancellation)
    {
        if (!metadata.CanNote)
        {
            return metadata;
        }

        var token = metadata.Notes.GetValueOrDefault(copyOf ?? version.Number)?.Token ?? string.Empty;
        var note = new VersionNote(SecretStage.Current, token, Now, copyOf ?? metadata.Notes.GetValueOrDefault(version.Number)?.CopyOf ?? 0);
        return await calls.NoteAsync(place, address.ToString(), metadata, [(version.Number, note), .. Retired(metadata, version)], cancellation);
    }

    private IEnumerable<(int, VersionNote)> Retired(KeyMetadata metadata, KeyVersion successor) => metadata.Notes
        .Where(pair => pair.Key != successor.Number && pair.Value.Stage == SecretStage.Current)
        .Select(pair => (pair.Key, pair.Value with { Stage = SecretStage.Previous, At = Now }));

    // The versions that have the value of one: as it is noted, or, where nothing can be noted, as it is read.
    private async Task<Outcome<IReadOnlyList<int>>> SameAsync(
        SecretAddress address, SecretPlace place, KeyMetadata metadata, KeyVersion version, CancellationToken cancellation)
    {
        if (metadata.CanNote)
        {
            return Outcome.Of(metadata.WithOriginals(version.Number));
        }

        var same = new List<int> { version.Number };
        var read = await ValueAsync(address, place, version, cancellation);
        using var value = read.Succeeded(out var found, out _) ? found : null;
        foreach (var other in metadata.Versions.Values.Where(other => other != version && other != metadata.Current(Now) && !other.IsDestroyed && !KeyMetadata.IsDeleted(other, Now)))
        {
            var outcome = await ValueAsync(address, place, other, cancellation);
            using var theirs = outcome.Succeeded(out var known, out var failure) ? known : null;
            if (failure is { Code: not (FailureCode.SecretNotFound or FailureCode.VersionNotFound) })
            {
                return failure;
            }

            if (theirs is not null && theirs.Equals(value))
            {
                same.Add(other.Number);
            }
        }

        return Outcome.Of<IReadOnlyList<int>>(same);
    }

    private async Task<Outcome<SecretVersion>> BringBackAsync(
        SecretAddress address, SecretPlace place, KeyMetadata metadata, KeyVersion version, CancellationToken cancellation)
    {
        var target = address.ToString();
        if ((await ValueAsync(address, place, version, cancellation)).Failed(out var failure, out var value))
        {
            return failure;
        }

        using (value)
        {
            // A copy without its note is there since a write whose answer was lost.
            if (metadata.CanNote && metadata.Current(Now) is { } latest && latest.Number > version.Number && !metadata.Notes.ContainsKey(latest.Number)
                && (await ValueAsync(address, place, latest, cancellation)).Succeeded(out var present, out _))
            {
                using (present)
                {
                    if (value.Equals(present))
                    {
                        return (await NoteCurrentAsync(address, place, metadata, latest, version.Number, cancellation)).Map(noted => Describe(address, noted, latest));
                    }
                }
            }

            if ((await DocumentAsync(address, place, metadata.Current(Now), cancellation)).Failed(out failure, out var document))
            {
                return failure;
            }

            using (document)
            using (var changed = document.With(place.Field, value))
            {
                if ((await calls.WriteAsync(place, target, changed, metadata.Latest, cancellation)).Failed(out failure, out var copy))
                {
                    return failure;
                }

                var after = metadata with { Latest = copy.Number, Versions = metadata.Versions.SetItem(copy.Number, copy) };
                return (await NoteCurrentAsync(address, place, after, copy, version.Number, cancellation)).Map(noted => Describe(address, noted, copy));
            }
        }
    }

    // The answer to a write was lost, or that of an earlier one whose write came through late. If the next version is there and has the value, it was ours.
    private async Task<Outcome<SecretVersion>> ReadBackAsync(
        PutRequest request, SecretPlace place, int before, Failure lost, CancellationToken cancellation)
    {
        if ((await calls.MetadataAsync(place, request.Address.ToString(), isFresh: true, cancellation)).Failed(out _, out var metadata)
            || metadata.Latest != before + 1
            || !metadata.Versions.TryGetValue(metadata.Latest, out var version)
            || (await ValueAsync(request.Address, place, version, cancellation)).Failed(out _, out var stored))
        {
            return lost;
        }

        using (stored)
        {
            return request.Value.Equals(stored) ? await NoteAsync(request, place, metadata, version, cancellation) : lost;
        }
    }

    private SecretVersion Describe(SecretAddress address, KeyMetadata metadata, KeyVersion version)
    {
        var note = metadata.Notes.GetValueOrDefault(version.Number);
        return new SecretVersion(address, IdOf(version)!, metadata.StageOf(version, Now), version.CreatedAt)
        {
            StagedAt = note?.At,
            Age = Now - version.CreatedAt,
            Token = note is { Token.Length: > 0 } ? note.Token : null,
        };
    }
}
