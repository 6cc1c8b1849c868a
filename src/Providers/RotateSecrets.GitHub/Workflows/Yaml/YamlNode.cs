namespace RotateSecrets.GitHub.Workflows.Yaml;

/// <summary>A piece of a YAML document. What an alias stands for is the anchored piece itself, so a document is a graph without cycles, not a tree.</summary>
/// <param name="start">Where it begins: an index into the text of the file.</param>
internal abstract class YamlNode(int start)
{
    /// <summary>Where it begins: an index into the text of the file.</summary>
    public int Start => start;
}

/// <summary>Names with what they stand for, in their order; what a merge key brings in stands at the end.</summary>
/// <param name="start">Where it begins.</param>
/// <param name="entries">The entries.</param>
internal sealed class YamlMap(int start, List<(YamlScalar Key, YamlNode Value)> entries) : YamlNode(start)
{
    /// <summary>The entries.</summary>
    public List<(YamlScalar Key, YamlNode Value)> Entries => entries;

    /// <summary>What a name stands for; null where there is no such name. Names are told apart by case, as the keywords of a workflow are.</summary>
    public YamlNode? this[string name]
    {
        get
        {
            foreach (var (key, value) in entries)
            {
                if (key.Is(name))
                {
                    return value;
                }
            }

            return null;
        }
    }
}

/// <summary>Some pieces in a row.</summary>
/// <param name="start">Where it begins.</param>
/// <param name="items">The pieces.</param>
internal sealed class YamlList(int start, List<YamlNode> items) : YamlNode(start)
{
    /// <summary>The pieces.</summary>
    public List<YamlNode> Items => items;
}
