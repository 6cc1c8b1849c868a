namespace RotateSecrets.GitHub.Workflows.Yaml;

/// <summary>
/// Tells names that one map gives twice. GitHub refuses a file with such a map, and doesn't tell names apart by case there; a name that is an expression can be given as often as anybody likes.
/// Source: the reader of templates in github.com/actions/runner.
/// </summary>
internal static class RepeatedNames
{
    // With more names than this, looking them up is quicker than comparing each with each.
    private const int Few = 16;

    /// <summary>The first name in a file that was given before in the same map; null where there is none.</summary>
    /// <param name="documents">The file's documents.</param>
    public static YamlScalar? FirstIn(IReadOnlyList<YamlNode> documents)
    {
        YamlScalar? first = null;
        var seen = new HashSet<YamlNode>(ReferenceEqualityComparer.Instance);
        var open = new Stack<YamlNode>(documents);
        while (open.TryPop(out var node))
        {
            if (node is YamlScalar || !seen.Add(node))
            {
                continue;
            }

            if (node is YamlMap map)
            {
                first = RepeatedIn(map.Entries) is { } repeated && (first is null || repeated.Start < first.Start) ? repeated : first;
            }

            foreach (var child in node is YamlList list ? list.Items : ((YamlMap)node).Entries.Select(static entry => entry.Value))
            {
                open.Push(child);
            }
        }

        return first;
    }

    /// <summary>The first name of a map that was given before in it; null where there is none.</summary>
    /// <param name="entries">The entries of the map.</param>
    public static YamlScalar? RepeatedIn(List<(YamlScalar Key, YamlNode Value)> entries)
    {
        if (entries.Count > Few)
        {
            var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            return entries.Find(entry => !names.Add(entry.Key.Text) && !entry.Key.MayHoldExpression).Key;
        }

        for (var i = 1; i < entries.Count; i++)
        {
            var word = entries[i].Key.Word;
            for (var j = 0; j < i; j++)
            {
                if (word.Equals(entries[j].Key.Word, StringComparison.OrdinalIgnoreCase) && !entries[i].Key.MayHoldExpression)
                {
                    return entries[i].Key;
                }
            }
        }

        return null;
    }
}
