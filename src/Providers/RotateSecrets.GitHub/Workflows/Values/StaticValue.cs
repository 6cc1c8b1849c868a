using System.IO.Enumeration;
using RotateSecrets.GitHub.Workflows.Yaml;

namespace RotateSecrets.GitHub.Workflows.Values;

/// <summary>What is known of a value before a workflow runs.</summary>
/// <param name="Text">The text; a <c>*</c> in it stands for what is known only when it runs.</param>
/// <param name="Node">For a map or a list, what it is; else null.</param>
/// <param name="MayHold">Whether it may count as true.</param>
/// <param name="MayFail">Whether it may count as false.</param>
internal sealed record StaticValue(string Text, YamlNode? Node, bool MayHold, bool MayFail)
{
    /// <summary>A value of which nothing is known.</summary>
    public static StaticValue Any { get; } = new("*", null, MayHold: true, MayFail: true);

    /// <summary>Null, which is also the empty text.</summary>
    public static StaticValue Nothing { get; } = new(string.Empty, null, MayHold: false, MayFail: true);

    /// <summary>True.</summary>
    public static StaticValue True { get; } = new("true", null, MayHold: true, MayFail: false);

    /// <summary>False.</summary>
    public static StaticValue False { get; } = new("false", null, MayHold: false, MayFail: true);

    /// <summary>Whether a part of it is known only when the workflow runs.</summary>
    public bool IsOpen => Text.Contains('*', StringComparison.Ordinal);

    /// <summary>A text. All but the empty one count as true.</summary>
    public static StaticValue OfText(string text) => text.Length == 0 ? Nothing : text == "*" ? Any : new StaticValue(text, null, MayHold: true, MayFail: false);

    /// <summary>A word without quotes, as YAML and expressions take it.</summary>
    public static StaticValue OfWord(string word) => word switch
    {
        "true" => True,
        "false" => False,
        "" or "null" or "~" => Nothing,
        "0" or "NaN" => new StaticValue(word, null, MayHold: false, MayFail: true),
        _ => OfText(word),
    };

    /// <summary>A map or a list.</summary>
    public static StaticValue OfNode(YamlNode node) => new(string.Empty, node, MayHold: true, MayFail: false);

    /// <summary>Whether it may be a name, which is not told apart by case.</summary>
    public bool MayBe(string name) => Node is null && FileSystemName.MatchesSimpleExpression(Text, name, ignoreCase: true);

    /// <summary>Whether two values are the same: true, false, or null where that is known only when the workflow runs.</summary>
    public static bool? AreSame(StaticValue left, StaticValue right) =>
        left.IsOpen || right.IsOpen || left.Node is not null || right.Node is not null ? null : left.Text.Equals(right.Text, StringComparison.OrdinalIgnoreCase);
}
