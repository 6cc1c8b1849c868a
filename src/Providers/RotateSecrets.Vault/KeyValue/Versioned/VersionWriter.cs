using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault.KeyValue.Versioned;

/// <summary>Writes new versions: each as a compare-and-set on the latest one, and once for each token.</summary>
internal sealed class VersionWriter(KeyValueCalls calls, VersionReader reader)
{
    /// <summary>Writes a version.</summary>
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
            return earlier.IsNoted ? reader.Describe(address, metadata, known) : await NoteAsync(request, place, metadata, known, cancellation);
        }

        if (Flaw(request, metadata) is { } flaw)
        {
            return flaw;
        }

        var current = metadata.Current(reader.Now);
        if ((await reader.DocumentAsync(address, place, current, cancellation)).Failed(out failure, out var document))
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

    // What was written with the token before; or what stands there without a note since a write whose answer was lost.
    private async Task<Outcome<(KeyVersion? Version, bool IsNoted)>> EarlierAsync(
        PutRequest request, SecretPlace place, KeyMetadata metadata, CancellationToken cancellation)
    {
        var noted = metadata.Notes.Where(pair => pair.Value.Token == request.Token && metadata.Versions.ContainsKey(pair.Key)).Select(static pair => pair.Key).Order().FirstOrDefault();
        var latest = metadata.Versions.GetValueOrDefault(metadata.Latest);
        var candidate = noted != 0 ? metadata.Versions[noted]
            : latest is { IsDestroyed: false } && !metadata.Notes.ContainsKey(latest.Number) && request.ExpectedVersion != VersionReader.IdOf(latest) && !KeyMetadata.IsDeleted(latest, reader.Now) ? latest
            : null;
        if (candidate is null)
        {
            return (null, false);
        }

        var read = await reader.ValueAsync(request.Address, place, candidate, cancellation);
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
        var current = metadata.Current(reader.Now);
        return request switch
        {
            { Value.Length: 0 } => KeyValueFault.Empty(address),
            { Stage: not (SecretStage.Pending or SecretStage.Current) } => KeyValueFault.NotWritable(address, request.Stage),
            { Stage: SecretStage.Pending } when !metadata.CanNote => KeyValueFault.NoNotes(address),
            _ when KeyValueFault.Unexpected(address, request.ExpectedVersion, VersionReader.IdOf(current), current?.CreatedAt) is { } conflict => conflict,
            { Stage: SecretStage.Pending } when metadata.Pending is { } waiting => KeyValueFault.Waiting(address, waiting.Number, waiting.CreatedAt),
            _ => null,
        };
    }

    private async Task<Outcome<SecretVersion>> NoteAsync(PutRequest request, SecretPlace place, KeyMetadata metadata, KeyVersion version, CancellationToken cancellation)
    {
        if (!metadata.CanNote)
        {
            return reader.Describe(request.Address, metadata, version);
        }

        var notes = new List<(int, VersionNote)> { (version.Number, new VersionNote(request.Stage, request.Token, reader.Now)) };
        if (request.Stage == SecretStage.Current)
        {
            notes.AddRange(reader.Retired(metadata, version));
        }

        // The value is there already: what isn't noted now is noted when the write is repeated.
        return (await calls.NoteAsync(place, request.Address.ToString(), metadata, notes, cancellation)).Succeeded(out var noted, out var failure)
            ? reader.Describe(request.Address, noted, version)
            : failure with { Effect = Effect.Unknown };
    }

    // The answer to a write was lost, or that of an earlier one whose write came through late. If the next version is there and has the value, it was ours.
    private async Task<Outcome<SecretVersion>> ReadBackAsync(
        PutRequest request, SecretPlace place, int before, Failure lost, CancellationToken cancellation)
    {
        if ((await calls.MetadataAsync(place, request.Address.ToString(), isFresh: true, cancellation)).Failed(out _, out var metadata)
            || metadata.Latest != before + 1
            || !metadata.Versions.TryGetValue(metadata.Latest, out var version)
            || (await reader.ValueAsync(request.Address, place, version, cancellation)).Failed(out _, out var stored))
        {
            return lost;
        }

        using (stored)
        {
            return request.Value.Equals(stored) ? await NoteAsync(request, place, metadata, version, cancellation) : lost;
        }
    }
}
