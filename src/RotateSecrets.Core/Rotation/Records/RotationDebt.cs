using System.Collections.Immutable;

namespace RotateSecrets.Rotation.Records;

/// <summary>A revocation that could not be made yet.</summary>
/// <param name="VersionId">The version that should have been revoked.</param>
/// <param name="OwedSince">Since when, in UTC.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="LastAttemptAt">When it was last tried, in UTC.</param>
/// <param name="Message">Why it failed the last time.</param>
public sealed record RotationDebt(string VersionId, DateTimeOffset OwedSince, int Attempts, DateTimeOffset LastAttemptAt, string Message)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(6);

    /// <summary>Whether it has been made since.</summary>
    public bool IsPaid { get; init; }

    /// <summary>When the debt was called out as too old, in UTC; null where it was not.</summary>
    public DateTimeOffset? EscalatedAt { get; init; }

    /// <summary>When it is worth trying again: the pause doubles with every attempt, up to six hours.</summary>
    public DateTimeOffset DueAt => LastAttemptAt + TimeSpan.FromTicks(
        (long)Math.Min(LongestPause.Ticks, FirstPause.Ticks * Math.Pow(2, Math.Min(Attempts - 1, 20))));

    internal static ImmutableList<RotationDebt> Apply(ImmutableList<RotationDebt> debts, RotationEvent happened)
    {
        if (!happened.Facts.TryGetValue(Fact.Debt, out var version))
        {
            return debts;
        }

        var index = debts.FindIndex(debt => debt.VersionId == version);
        return (happened.Kind, index) switch
        {
            (RotationEventKind.DebtOwed, < 0) => debts.Add(new RotationDebt(version, happened.At, 1, happened.At, happened.Message)),
            (RotationEventKind.DebtRetried, >= 0) => debts.SetItem(index, debts[index] with
            {
                Attempts = debts[index].Attempts + 1,
                LastAttemptAt = happened.At,
                Message = happened.Message,
            }),
            (RotationEventKind.DebtEscalated, >= 0) => debts.SetItem(index, debts[index] with { EscalatedAt = happened.At }),
            (RotationEventKind.DebtPaid, >= 0) => debts.SetItem(index, debts[index] with { IsPaid = true, Message = happened.Message }),
            _ => debts,
        };
    }
}
