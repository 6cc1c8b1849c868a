using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault.KeyValue.Versioned;

/// <summary>
/// Makes versions current and takes them away. Nothing that is written can change which version those get who name none, so an older value is brought back as a copy.
/// </summary>
internal sealed class VersionMover(KeyValueCalls calls, VersionReader reader)
{
    /// <summary>Makes a version current.</summary>
    public async Task<Outcome<SecretVersion>> PromoteAsync(SecretAddress address, SecretPlace place, string id, string? expected, CancellationToken cancellation)
    {
        var target = address.ToString();
        if ((await calls.MetadataAsync(place, target, isFresh: false, cancellation)).Failed(out var failure, out var metadata)
            || reader.Find(address, metadata, VersionSelector.OfId(id)).Failed(out failure, out var version))
        {
            return failure;
        }

        var current = metadata.Current(reader.Now);
        if (version == current)
        {
            return reader.Describe(address, metadata, version);
        }

        if (!SecretStages.MayFollow(metadata.StageOf(version, reader.Now), SecretStage.Current))
        {
            return KeyValueFault.Stage(address, version.Number, metadata.StageOf(version, reader.Now), "become current");
        }

        if (KeyValueFault.Unexpected(address, expected, VersionReader.IdOf(current), current?.CreatedAt) is { } conflict)
        {
            return conflict;
        }

        if (KeyMetadata.IsDeleted(version, reader.Now))
        {
            if ((await calls.UndeleteAsync(place, target, metadata, version.Number, cancellation)).Failed(out failure, out metadata))
            {
                return failure;
            }

            version = metadata.Versions[version.Number];
        }

        // A candidate that nothing was written over is read by everybody as it stands; every other version has to be written again.
        var isNewest = metadata.StageOf(version, reader.Now) == SecretStage.Pending && version.Number == metadata.Latest;
        if (isNewest || version == metadata.Current(reader.Now))
        {
            return (await NoteCurrentAsync(address, place, metadata, version, copyOf: null, cancellation)).Map(noted => reader.Describe(address, noted, version));
        }

        return await BringBackAsync(address, place, metadata, version, cancellation);
    }

    /// <summary>Deletes a previous version, and the older ones whose value it brought back, so that they can be had back.</summary>
    public async Task<Outcome<SecretVersion>> RetireAsync(SecretAddress address, SecretPlace place, string id, CancellationToken cancellation)
    {
        var target = address.ToString();
        if ((await calls.MetadataAsync(place, target, isFresh: false, cancellation)).Failed(out var failure, out var metadata)
            || reader.Find(address, metadata, VersionSelector.OfId(id)).Failed(out failure, out var version))
        {
            return failure;
        }

        // Without notes, which other versions have its value is told by that value alone, as long as it can be read.
        if (!metadata.CanNote)
        {
            return new Failure(FailureCode.NotSupported, target, $"The server keeps no notes, so version {id} of {address} stays as it is until it is destroyed.");
        }

        if (metadata.StageOf(version, reader.Now) is not SecretStage.Previous and var stage)
        {
            return KeyValueFault.Stage(address, version.Number, stage, "be put away");
        }

        return KeyMetadata.IsDeleted(version, reader.Now)
            ? reader.Describe(address, metadata, version)
            : (await calls.DeleteAsync(place, target, metadata, metadata.WithOriginals(version.Number), cancellation)).Map(
                deleted => reader.Describe(address, deleted, deleted.Versions[version.Number]));
    }

    /// <summary>Destroys a version's value, and that of the older ones whose value it brought back.</summary>
    public async Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, SecretPlace place, string id, CancellationToken cancellation)
    {
        var target = address.ToString();
        if ((await calls.MetadataAsync(place, target, isFresh: false, cancellation)).Failed(out var failure, out var metadata)
            || reader.Find(address, metadata, VersionSelector.OfId(id)).Failed(out failure, out var version))
        {
            return failure;
        }

        var stage = metadata.StageOf(version, reader.Now);
        if (stage == SecretStage.Revoked)
        {
            return reader.Describe(address, metadata, version);
        }

        if (!SecretStages.MayFollow(stage, SecretStage.Revoked))
        {
            return KeyValueFault.Stage(address, version.Number, stage, "be revoked") with { Remedy = "Promote its successor first with Move-StoreSecret -Stage Current." };
        }

        // Whoever names no version reads the latest: were it destroyed, they would find nothing.
        if (version.Number == metadata.Latest && metadata.Current(reader.Now) is { } current)
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
            destroyed => reader.Describe(address, destroyed, destroyed.Versions[version.Number]));
    }

    private async Task<Outcome<KeyMetadata>> NoteCurrentAsync(
        SecretAddress address, SecretPlace place, KeyMetadata metadata, KeyVersion version, int? copyOf, CancellationToken cancellation)
    {
        if (!metadata.CanNote)
        {
            return metadata;
        }

        var token = metadata.Notes.GetValueOrDefault(copyOf ?? version.Number)?.Token ?? string.Empty;
        var note = new VersionNote(SecretStage.Current, token, reader.Now, copyOf ?? metadata.Notes.GetValueOrDefault(version.Number)?.CopyOf ?? 0);
        return await calls.NoteAsync(place, address.ToString(), metadata, [(version.Number, note), .. reader.Retired(metadata, version)], cancellation);
    }

    // The versions that have the value of one: as it is noted, or, where nothing can be noted, as it is read.
    private async Task<Outcome<IReadOnlyList<int>>> SameAsync(
        SecretAddress address, SecretPlace place, KeyMetadata metadata, KeyVersion version, CancellationToken cancellation)
    {
        if (metadata.CanNote)
        {
            return Outcome.Of(metadata.WithOriginals(version.Number));
        }

        var same = new List<int> { version.Number };
        var read = await reader.ValueAsync(address, place, version, cancellation);
        using var value = read.Succeeded(out var found, out _) ? found : null;
        foreach (var other in metadata.Versions.Values.Where(other => other != version && other != metadata.Current(reader.Now) && !other.IsDestroyed && !KeyMetadata.IsDeleted(other, reader.Now)))
        {
            var outcome = await reader.ValueAsync(address, place, other, cancellation);
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
        if ((await reader.ValueAsync(address, place, version, cancellation)).Failed(out var failure, out var value))
        {
            return failure;
        }

        using (value)
        {
            // A copy without its note is there since a write whose answer was lost.
            if (metadata.CanNote && metadata.Current(reader.Now) is { } latest && latest.Number > version.Number && !metadata.Notes.ContainsKey(latest.Number)
                && (await reader.ValueAsync(address, place, latest, cancellation)).Succeeded(out var present, out _))
            {
                using (present)
                {
                    if (value.Equals(present))
                    {
                        return (await NoteCurrentAsync(address, place, metadata, latest, version.Number, cancellation)).Map(noted => reader.Describe(address, noted, latest));
                    }
                }
            }

            if ((await reader.DocumentAsync(address, place, metadata.Current(reader.Now), cancellation)).Failed(out failure, out var document))
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
                return (await NoteCurrentAsync(address, place, after, copy, version.Number, cancellation)).Map(noted => reader.Describe(address, noted, copy));
            }
        }
    }
}
