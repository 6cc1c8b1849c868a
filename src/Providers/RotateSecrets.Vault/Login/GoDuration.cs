using System.Buffers;
using System.Globalization;

namespace RotateSecrets.Vault.Login;

/// <summary>Durations as the server writes and reads them: 3h25m19s, 90s, 0s, 1.5h, or a bare number of seconds.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Reads one.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var bare))
        {
            duration = TimeSpan.FromSeconds(bare);
            return true;
        }

        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var letters = rest.IndexOfAny(Digits);
            var unit = letters < 0 ? rest : rest[..letters];
            var seconds = unit switch { "h" => 3600, "m" => 60, "s" => 1, "ms" => 0.001, "us" or "µs" => 0.000001, "ns" => 0.000000001, _ => -1d };
            if (seconds < 0)
            {
                return false;
            }

            duration += TimeSpan.FromSeconds(number * seconds);
            rest = rest[unit.Length..];
        }

        return text.Length > 0;
    }
}
