namespace RotateSecrets.Documents;

/// <summary>Guesses what was meant.</summary>
public static class Spelling
{
    private const int LongestGuess = 64;

    /// <summary>A clause that names the nearest known word, or all of them.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="known">What could have been.</param>
    public static string Suggest(string word, IReadOnlyList<string> known) =>
        Nearest(word, known) is { } nearest ? $"did you mean '{nearest}'?" : $"there are: {string.Join(", ", known)}";

    /// <summary>The known word that a slip of the hand turns into the written one; null where none is near.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="known">What could have been.</param>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        if (word.Length > LongestGuess)
        {
            return null;
        }

        var (nearest, distance) = known
            .Select(candidate => (candidate, Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .DefaultIfEmpty((string.Empty, int.MaxValue))
            .MinBy(static pair => pair.Item2);
        return distance <= Math.Max(1, word.Length / 3) ? nearest : null;
    }

    // Optimal string alignment: insertions, deletions, substitutions and swapped neighbours.
    private static int Distance(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                table[i, j] = (i, j) switch
                {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => Math.Min(
                        Math.Min(table[i - 1, j], table[i, j - 1]) + 1,
                        table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)),
                };
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
                }
            }
        }

        return table[a.Length, b.Length];
    }
}
