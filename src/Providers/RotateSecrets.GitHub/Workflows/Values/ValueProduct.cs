namespace RotateSecrets.GitHub.Workflows.Values;

/// <summary>Puts texts together of parts that may each have several values.</summary>
internal static class ValueProduct
{
    private const int Most = 256;

    /// <summary>Every text that may come of it.</summary>
    /// <param name="parts">The parts with their values.</param>
    /// <param name="join">Makes a text of one value of each part.</param>
    /// <returns>The texts; one open value where there would be too many.</returns>
    public static IReadOnlyList<StaticValue> Of(IReadOnlyList<IReadOnlyList<StaticValue>> parts, Func<IReadOnlyList<StaticValue>, string> join)
    {
        if (parts.Aggregate(1L, static (count, part) => Math.Min(count * part.Count, int.MaxValue)) > Most)
        {
            return [StaticValue.Any];
        }

        // A map or a list has no text that could be told beforehand.
        IEnumerable<StaticValue[]> rows = [[]];
        foreach (var part in parts)
        {
            rows = rows.SelectMany(row => part.Select(value => (StaticValue[])[.. row, value.Node is null ? value : StaticValue.Any]));
        }

        return [.. rows.Select(row => StaticValue.OfText(join(row))).Distinct()];
    }
}
