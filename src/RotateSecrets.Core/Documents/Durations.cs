using System.Globalization;

namespace RotateSecrets.Documents;

/// <summary>Reads durations as people write them: 90s, 5m, 250ms, 2h, 7d, 00:01:30, or a bare number of seconds.</summary>
public static class Durations
{
    /// <summary>Reads a duration.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The duration, or null where the text is none.</returns>
    public static TimeSpan? Parse(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) ? span : null;
        }

        var (unit, length) = text switch
        {
            [.., 'm', 's'] => (0.001, 2),
            [.., 's'] => (1d, 1),
            [.., 'm'] => (60d, 1),
            [.., 'h'] => (3600d, 1),
            [.., 'd'] => (86400d, 1),
            _ => (1d, 0),
        };
        return double.TryParse(text[..^length], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? OfSeconds(number * unit) : null;
    }

    /// <summary>A duration of so many seconds; null where no duration is that long.</summary>
    /// <param name="seconds">The seconds.</param>
    public static TimeSpan? OfSeconds(double seconds) =>
        double.IsFinite(seconds) && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
}
