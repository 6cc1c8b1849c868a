using RotateSecrets.GitHub.Addressing;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Store;

/// <summary>Who may have an organisation's secret: a write that doesn't say it again takes it from those who have it.</summary>
/// <param name="calls">Calls the API.</param>
internal sealed class SecretAudiences(SecretCalls calls)
{
    private const string Selected = "selected";
    private const string Suffix = "_NEW";

    // What gh takes too: every repository but the public ones.
    private const string Fallback = "private";

    /// <summary>The audience that a write has to send: that of the secret as it is; of a candidate beside a secret, that of the secret; of a new one, all private repositories.</summary>
    /// <param name="place">The secret.</param>
    /// <param name="address">Its address.</param>
    /// <param name="now">The secret as it is; null where there is none.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public async Task<Outcome<SecretAudience>> FindAsync(SecretPlace place, SecretAddress address, SecretRecord? now, CancellationToken cancellation)
    {
        if (now is null && place.Name.EndsWith(Suffix, StringComparison.Ordinal) && place.Name.Length > Suffix.Length)
        {
            place = place with { Name = place.Name[..^Suffix.Length] };
            var asked = await calls.GetAsync(place, address, cancellation);
            if (asked.Failed(out var failure, out now) && failure.Code != FailureCode.SecretNotFound)
            {
                return failure;
            }
        }

        return await OfAsync(place, address, now, cancellation);
    }

    /// <summary>Sees that a secret has the audience that was sent.</summary>
    public async Task<Failure?> CheckAsync(SecretPlace place, SecretAddress address, SecretRecord after, SecretAudience sent, CancellationToken cancellation) =>
        (await OfAsync(place, address, after, cancellation)).Failed(out var failure, out var seen) ? failure with { Effect = Effect.Unknown }
            : seen.Fits(sent) ? null
            : new Failure(FailureCode.VersionConflict, address.ToString(), $"{address} was written, but not the same repositories may have it as before ({Words(sent)} before, {Words(seen)} now).")
            {
                Remedy = "Somebody changed it at the same time: see that it is as it should be, in the organisation's settings.",
                Effect = Effect.Unknown,
            };

    private async Task<Outcome<SecretAudience>> OfAsync(SecretPlace place, SecretAddress address, SecretRecord? now, CancellationToken cancellation)
    {
        if (now?.Visibility != Selected)
        {
            return new SecretAudience(now?.Visibility ?? Fallback, null);
        }

        return (await calls.RepositoriesAsync(place, address, cancellation)).Map(static ids => new SecretAudience(Selected, ids));
    }

    private static string Words(SecretAudience audience) => audience.Repositories is { } ids ? $"{ids.Count} repositories" : $"{audience.Visibility} repositories";
}
