using System.IO.Enumeration;
using RotateSecrets.Consumers;

namespace RotateSecrets.Rotation.Plans;

/// <summary>Which of the consumers that are found take part, and in which order.</summary>
/// <param name="Include">Patterns of names with * and ?; empty for all.</param>
/// <param name="Exclude">Patterns of names that are left out. Each is reported, since it keeps the old value.</param>
/// <param name="Waves">Patterns of names, wave by wave: a wave is begun when the one before is healthy. Whatever no pattern names comes last.</param>
public sealed record ConsumerSelection(
    IReadOnlyList<string> Include, IReadOnlyList<string> Exclude, IReadOnlyList<IReadOnlyList<string>> Waves)
{
    /// <summary>All that are found, in one wave.</summary>
    public static ConsumerSelection All { get; } = new([], [], []);

    /// <summary>Whether a consumer takes part.</summary>
    /// <param name="consumer">The consumer.</param>
    public bool Takes(Consumer consumer) => (Include.Count == 0 || Matches(Include, consumer)) && !Matches(Exclude, consumer);

    /// <summary>The wave that a consumer is in, counted from 0.</summary>
    /// <param name="consumer">The consumer.</param>
    public int WaveOf(Consumer consumer)
    {
        for (var wave = 0; wave < Waves.Count; wave++)
        {
            if (Matches(Waves[wave], consumer))
            {
                return wave;
            }
        }

        return Waves.Count;
    }

    /// <summary>Which ones, in the words of a plan.</summary>
    public override string ToString() =>
        (Include.Count == 0 ? "all" : string.Join(", ", Include)) + (Exclude.Count == 0 ? string.Empty : $" without {string.Join(", ", Exclude)}");

    private static bool Matches(IReadOnlyList<string> patterns, Consumer consumer) =>
        patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, consumer.Name));
}
