using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Client;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.GitHub.Store;

/// <summary>
/// Writes values. There is no write that depends on a version, so what was there is compared before and after; and a version is known by the second in which it was written, so no two are written in one.
/// </summary>
/// <param name="calls">Calls the API.</param>
/// <param name="audiences">Who may have an organisation's secret.</param>
/// <param name="notes">Remembers the last write.</param>
/// <param name="clock">The server's clock.</param>
/// <param name="time">This machine's clock.</param>
internal sealed class SecretWriter(SecretCalls calls, SecretAudiences audiences, WriteNotes notes, ServerClock clock, TimeProvider time)
{
    private const int Tries = 3;

    public async Task<Outcome<SecretVersion>> PutAsync(PutRequest request, CancellationToken cancellation)
    {
        var address = request.Address;
        if (SecretPlace.Of(address).Failed(out var failure, out var place)
            || (failure = SecretRules.Flaw(place, address) ?? SecretRules.Flaw(request.Value, address)) is not null)
        {
            return failure;
        }

        var note = notes.Find(place);
        var isRepeated = note?.Token == request.Token;
        SecretRecord? before = null;
        if (request.ExpectedVersion is not null || isRepeated || place.Repository is null)
        {
            var asked = await calls.GetAsync(place, address, cancellation);
            if (asked.Failed(out failure, out before) && failure.Code != FailureCode.SecretNotFound)
            {
                return failure;
            }
        }

        if (isRepeated && before is not null && note!.Fits(before))
        {
            return note.Fingerprint == request.Value.Fingerprint
                ? Settle(place, request, before, note)
                : new Failure(FailureCode.TokenReused, address.ToString(), $"Version {before.Id} of {address} was written with this token and another value.");
        }

        if (request.ExpectedVersion is { } expected && expected != (before?.Id ?? PutRequest.NoVersion))
        {
            return Conflict(address, expected, before);
        }

        if (request.ExpectedVersion == PutRequest.NoVersion && await FullAsync(place, address, cancellation) is { } full)
        {
            return full;
        }

        if (place.Repository is not null)
        {
            return await WriteAsync(place, request, before, null, cancellation);
        }

        return (await audiences.FindAsync(place, address, before, cancellation)).Failed(out failure, out var audience)
            ? failure
            : await WriteAsync(place, request, before, audience, cancellation);
    }

    private async Task<Outcome<SecretVersion>> WriteAsync(
        SecretPlace place, PutRequest request, SecretRecord? before, SecretAudience? audience, CancellationToken cancellation)
    {
        var address = request.Address;
        for (var attempt = 1; ; attempt++)
        {
            if (before is not null)
            {
                await NextSecondAsync(before.UpdatedAt, cancellation);
            }

            // The key is fetched for this write: a box sealed with another is taken, and opens to nothing.
            if ((await calls.GetKeyAsync(place, address, cancellation)).Failed(out var failure, out var key))
            {
                return failure;
            }

            var note = new WriteNote(request.Token, request.Value.Fingerprint, before?.Id, clock.Now, null);
            if (notes.Keep(place, address, note) is { } unkept)
            {
                return unkept;
            }

            if ((await calls.PutAsync(place, address, SealedBox.Seal(request.Value, key.Key), key.Id, audience, cancellation)).Failed(out failure, out var put))
            {
                return failure;
            }

            if ((await calls.GetAsync(place, address, cancellation)).Failed(out failure, out var after))
            {
                return failure with { Effect = Effect.Unknown };
            }

            if (after.Id == before?.Id && attempt < Tries)
            {
                continue;
            }

            return await CheckAsync(place, request, before, after, put.Date, audience, cancellation) is { } doubt ? doubt : Settle(place, request, after, note);
        }
    }

    private async Task<Failure?> CheckAsync(
        SecretPlace place, PutRequest request, SecretRecord? before, SecretRecord after, DateTimeOffset? answered, SecretAudience? audience, CancellationToken cancellation)
    {
        var target = request.Address.ToString();
        if (after.Id == before?.Id)
        {
            return new Failure(FailureCode.StoreUnavailable, target, $"GitHub took the write of {target}, and still shows version {after.Id}.") { Effect = Effect.Unknown };
        }

        if (answered is { } at && after.UpdatedAt > at + TimeSpan.FromSeconds(2))
        {
            return new Failure(FailureCode.VersionConflict, target, $"Somebody else wrote {target} right afterwards, as version {after.Id}.") { Effect = Effect.Unknown };
        }

        return audience is null ? null : await audiences.CheckAsync(place, request.Address, after, audience, cancellation);
    }

    private Outcome<SecretVersion> Settle(SecretPlace place, PutRequest request, SecretRecord after, WriteNote note) =>
        note.After != after.Id && notes.Keep(place, request.Address, note with { After = after.Id }) is { } unkept ? unkept with { Effect = Effect.Unknown } : Written(request, after);

    private async Task<Failure?> FullAsync(SecretPlace place, SecretAddress address, CancellationToken cancellation) =>
        (await calls.CountAsync(place, address, cancellation)).Failed(out var failure, out var count) ? failure
            : count >= place.Slots ? SlotsTaken(place, address) : null;

    /// <summary>Said where no slot is free.</summary>
    public static Failure SlotsTaken(SecretPlace place, SecretAddress address) =>
        new(FailureCode.LimitReached, address.ToString(), $"{address} can't be made: the {place.Scope} has {place.Slots} secrets, and takes no more.")
        {
            Remedy = "Take a secret away that nobody uses.",
        };

    private async Task NextSecondAsync(DateTimeOffset second, CancellationToken cancellation)
    {
        while (second + TimeSpan.FromSeconds(1) - clock.Now is var wait && wait > TimeSpan.Zero && wait < TimeSpan.FromSeconds(5))
        {
            await Task.Delay(wait + TimeSpan.FromMilliseconds(50), time, cancellation);
        }
    }

    private SecretVersion Written(PutRequest request, SecretRecord after) => after.At(request.Address, clock.Now) with
    {
        Token = request.Token,
        Fingerprint = request.Value.Fingerprint,
        Length = request.Value.Length,
        Findings = SecretRules.Findings(request.Value),
    };

    private static Failure Conflict(SecretAddress address, string expected, SecretRecord? now) =>
        new(
            FailureCode.VersionConflict,
            address.ToString(),
            now is null ? $"There is no secret at {address}, and version {expected} was expected."
                : expected == PutRequest.NoVersion ? $"There is a secret at {address} already, version {now.Id}, and none was expected."
                : $"Version {now.Id} of {address} is current, and version {expected} was expected: somebody else wrote in between.");
}
