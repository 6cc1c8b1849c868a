using RotateSecrets.GitHub.Workflows.Yaml;
using Combination = System.Collections.Generic.Dictionary<string, RotateSecrets.GitHub.Workflows.Values.StaticValue>;

namespace RotateSecrets.GitHub.Workflows.Values;

/// <summary>Works out the combinations of a matrix, as "Running variations of jobs in a workflow" describes them.</summary>
internal static class MatrixCombinations
{
    // GitHub runs 256 jobs of a matrix at most.
    private const int Most = 512;

    /// <summary>Works them out.</summary>
    /// <param name="matrix">The matrix; null for a job without one.</param>
    /// <param name="scope">What is known.</param>
    /// <returns>A scope for each combination, at least one.</returns>
    public static IReadOnlyList<ValueScope> Of(YamlNode? matrix, ValueScope scope)
    {
        if (matrix is null)
        {
            return [scope with { Combination = New() }];
        }

        if (matrix is YamlScalar scalar)
        {
            return [.. Evaluator.Evaluate(scalar, scope).SelectMany(value => value.Node is YamlMap known ? Of(known, scope) : [scope with { Combination = null }])];
        }

        return matrix is YamlMap map ? Combine(map, scope) : [scope with { Combination = null }];
    }

    private static List<ValueScope> Combine(YamlMap matrix, ValueScope scope)
    {
        List<Combination> rows = [New()];
        var axes = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in matrix.Entries)
        {
            if (key.Text is not ("include" or "exclude") && axes.Add(key.Text))
            {
                var values = Items(value, scope);
                rows = rows.Count * (long)values.Count > Most ? [] : [.. rows.SelectMany(row => values.Select(one => New(row, key.Text, one)))];
            }
        }

        if (rows.Count == 0)
        {
            return [scope with { Combination = null }];
        }

        foreach (var excluded in Maps(matrix["exclude"], scope).OfType<Combination>())
        {
            rows.RemoveAll(row => excluded.All(one => row.TryGetValue(one.Key, out var own) && StaticValue.AreSame(own, one.Value) == true));
        }

        var (originals, all) = (axes.Count == 0 ? [] : rows, new List<Combination?>(axes.Count == 0 ? [] : rows));
        foreach (var included in Maps(matrix["include"], scope))
        {
            Include(included, originals, axes, all);
        }

        return [.. (all.Count == 0 ? [New()] : all).Select(row => scope with { Combination = row })];
    }

    // What is included is added to every combination that it contradicts in no axis; where there is none, it is a combination of its own.
    private static void Include(Combination? included, List<Combination> originals, HashSet<string> axes, List<Combination?> all)
    {
        if (included is null)
        {
            all.Add(null);
            return;
        }

        var fitting = originals.FindAll(row => included.All(one => !axes.Contains(one.Key) || StaticValue.AreSame(row[one.Key], one.Value) != false));
        foreach (var row in fitting)
        {
            foreach (var (key, value) in included.Where(one => !axes.Contains(one.Key)))
            {
                row[key] = value;
            }
        }

        if (fitting.Count == 0 || included.Values.Any(static value => value.IsOpen))
        {
            all.Add(included);
        }
    }

    private static List<StaticValue> Items(YamlNode node, ValueScope scope) => node switch
    {
        YamlList list => [.. list.Items.SelectMany(item => Values(item, scope))],
        YamlScalar scalar => [.. Evaluator.Evaluate(scalar, scope).SelectMany(value => value.Node is YamlList list ? Items(list, scope) : [StaticValue.Any])],
        _ => [StaticValue.Any],
    };

    private static IEnumerable<StaticValue> Values(YamlNode node, ValueScope scope) =>
        node is YamlScalar scalar ? Evaluator.Evaluate(scalar, scope) : [StaticValue.OfNode(node)];

    // Each map of a list with every value that its entries may have; null for what is known only when it runs.
    private static IEnumerable<Combination?> Maps(YamlNode? node, ValueScope scope)
    {
        var items = node switch
        {
            YamlList list => list.Items,
            YamlScalar scalar => [.. Evaluator.Evaluate(scalar, scope).SelectMany(value => value.Node is YamlList known ? known.Items : [scalar])],
            _ => [],
        };
        foreach (var item in items)
        {
            if (item is not YamlMap map)
            {
                yield return null;
                continue;
            }

            IEnumerable<Combination> rows = [New()];
            foreach (var (key, value) in map.Entries)
            {
                var values = Values(value, scope).ToList();
                rows = rows.SelectMany(row => values.Select(one => New(row, key.Text, one)));
            }

            foreach (var row in rows.Take(Most))
            {
                yield return row;
            }
        }
    }

    private static Combination New() => new(StringComparer.OrdinalIgnoreCase);

    private static Combination New(Combination row, string key, StaticValue value) => new(row, StringComparer.OrdinalIgnoreCase) { [key] = value };
}
