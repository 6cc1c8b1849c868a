using System.Globalization;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Local.Store;

/// <summary>What a demand does to the versions of a secret, worked out before anything is written.</summary>
/// <param name="Operation">The word for the audit log.</param>
/// <param name="Result">The version that the demand was about, as it will be.</param>
/// <param name="Saves">The rows to write; none where the demand was met before.</param>
internal sealed record VersionChange(string Operation, VersionRow Result, IReadOnlyList<VersionRow> Saves)
{
    /// <summary>The value that <see cref="Result"/> is to hold; null where it keeps its own.</summary>
    public SecretValue? Value { get; init; }

    public static Outcome<VersionChange> Put(
        PutRequest request, IReadOnlyList<VersionRow> versions, Func<VersionRow, SecretValue?> valueOf, long now)
    {
        var address = request.Address.ToString();
        if (versions.FirstOrDefault(row => row.Token == request.Token) is { } earlier)
        {
            using var stored = valueOf(earlier);
            return request.Value.Equals(stored)
                ? new VersionChange("write", earlier, [])
                : new Failure(FailureCode.TokenReused, address, $"Version {earlier.Id} of {address} was written with this token and another value.");
        }

        if (request.Value.Length == 0)
        {
            return new Failure(FailureCode.ValueInvalid, address, $"An empty value can't be stored at {address}.");
        }

        var current = versions.FirstOrDefault(static row => row.Stage == SecretStage.Current);
        if (request.ExpectedVersion is { } expected && ExpectationFailure(address, expected, current) is { } conflict)
        {
            return conflict;
        }

        var number = versions.Count == 0 ? 1 : versions.Max(static row => row.Number) + 1;
        var added = new VersionRow(request.Address.Path, request.Address.Field, number, request.Stage, now, now, request.Token, null);
        return request.Stage switch
        {
            SecretStage.Current => new VersionChange("write", added, Retire(current, now, added)) { Value = request.Value },
            SecretStage.Pending when versions.FirstOrDefault(static row => row.Stage == SecretStage.Pending) is { } waiting =>
                new Failure(
                    FailureCode.VersionConflict,
                    address,
                    $"Version {waiting.Id} of {address} has been pending since {Moment(waiting.StagedAt)}; there can be one candidate at a time.")
                {
                    Remedy = "Promote it with Move-StoreSecret -Stage Current, or withdraw it with Revoke-Secret -Force.",
                },
            SecretStage.Pending => new VersionChange("write", added, [added]) { Value = request.Value },
            _ => new Failure(FailureCode.StageForbidden, address, $"A version can't be written as {request.Stage}, only as Pending or Current."),
        };
    }

    public static Outcome<VersionChange> Promote(
        SecretAddress address, string version, string? expectedCurrent, IReadOnlyList<VersionRow> versions, long now)
    {
        var current = versions.FirstOrDefault(static row => row.Stage == SecretStage.Current);
        if (!Find(address, version, versions).Succeeded(out var row, out var failure))
        {
            return failure;
        }

        if (row.Stage == SecretStage.Current)
        {
            return new VersionChange("promote", row, []);
        }

        if (!SecretStages.MayFollow(row.Stage, SecretStage.Current))
        {
            return new Failure(FailureCode.StageForbidden, address.ToString(), $"Version {row.Id} of {address} is {row.Stage} and can't become current.");
        }

        if (expectedCurrent is not null && ExpectationFailure(address.ToString(), expectedCurrent, current) is { } conflict)
        {
            return conflict;
        }

        var promoted = row with { Stage = SecretStage.Current, StagedAt = now };
        return new VersionChange("promote", promoted, Retire(current, now, promoted));
    }

    public static Outcome<VersionChange> Revoke(
        SecretAddress address, string version, IReadOnlyList<VersionRow> versions, long now)
    {
        if (!Find(address, version, versions).Succeeded(out var row, out var failure))
        {
            return failure;
        }

        if (row.Stage == SecretStage.Revoked)
        {
            return new VersionChange("revoke", row, []);
        }

        if (!SecretStages.MayFollow(row.Stage, SecretStage.Revoked))
        {
            return new Failure(FailureCode.StageForbidden, address.ToString(), $"Version {row.Id} of {address} is {row.Stage} and can't be revoked.")
            {
                Remedy = "Promote its successor first with Move-StoreSecret -Stage Current.",
            };
        }

        var revoked = row with { Stage = SecretStage.Revoked, StagedAt = now, Piece = null };
        return new VersionChange("revoke", revoked, [revoked]);
    }

    /// <summary>Takes every version's value away.</summary>
    public static Outcome<VersionChange> Remove(IReadOnlyList<VersionRow> versions, long now)
    {
        var removed = versions.Where(static row => row.Stage != SecretStage.Revoked)
            .Select(row => row with { Stage = SecretStage.Revoked, StagedAt = now, Piece = null })
            .ToList();
        return new VersionChange("remove", removed.FirstOrDefault() ?? versions[0], removed);
    }

    public static Outcome<VersionRow> Find(SecretAddress address, VersionSelector version, IReadOnlyList<VersionRow> versions) =>
        versions.FirstOrDefault(row => version.Id is null ? row.Stage == version.Stage : row.Id == version.Id) is { } row
            ? row
            : versions.Count == 0
                ? NoSecret(address)
                : new Failure(FailureCode.VersionNotFound, address.ToString(), $"{address} has no {version}.");

    public static Failure NoSecret(SecretAddress address) =>
        new(FailureCode.SecretNotFound, address.ToString(), $"There is no secret at {address}.");

    private static Outcome<VersionRow> Find(SecretAddress address, string version, IReadOnlyList<VersionRow> versions) =>
        Find(address, VersionSelector.OfId(version), versions);

    private static IReadOnlyList<VersionRow> Retire(VersionRow? current, long now, VersionRow successor) =>
        current is null ? [successor] : [current with { Stage = SecretStage.Previous, StagedAt = now }, successor];

    private static Failure? ExpectationFailure(string address, string expected, VersionRow? current) =>
        expected == (current?.Id ?? PutRequest.NoVersion)
            ? null
            : new Failure(
                FailureCode.VersionConflict,
                address,
                current is null
                    ? $"{address} has no current version; version {expected} was expected."
                    : $"The current version of {address} is {current.Id}, written {Moment(current.CreatedAt)}; {Expected(expected)} was expected.");

    private static string Expected(string expected) => expected == PutRequest.NoVersion ? "none" : $"version {expected}";

    private static string Moment(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
