using System.Globalization;

namespace RotateSecrets.Rotation.Records;

/// <summary>What became of a consumer that was restarted, or of a check.</summary>
/// <param name="IsProbe">Whether it is a check, and not a consumer.</param>
/// <param name="Name">Which consumer, or which check of what.</param>
/// <param name="StartedAt">When it began, in UTC.</param>
/// <param name="EndedAt">When it was done, in UTC.</param>
/// <param name="Passed">Whether it came to what it should.</param>
/// <param name="Message">What was seen, for people.</param>
public sealed record RotationObservation(bool IsProbe, string Name, DateTimeOffset StartedAt, DateTimeOffset EndedAt, bool Passed, string Message)
{
    /// <summary>Name and message.</summary>
    public override string ToString() => $"{Name} {(Passed ? "passed" : "failed")}: {Message}";

    internal static RotationObservation? Of(RotationEvent happened)
    {
        var isProbe = happened.Facts.TryGetValue(Fact.Probe, out var name);
        return happened.Kind == RotationEventKind.Noted && (isProbe || happened.Facts.TryGetValue(Fact.Consumer, out name)) && happened.Facts.TryGetValue(Fact.Since, out var since)
            ? new RotationObservation(
                isProbe,
                name!,
                DateTimeOffset.Parse(since, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
                happened.At,
                happened.Facts[Fact.Passed] == bool.TrueString,
                happened.Message)
            : null;
    }
}
