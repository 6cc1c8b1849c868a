namespace RotateSecrets.GitHub.Workflows.Yaml;

/// <summary>
/// Brings a text round a defect of the complete parser (seen in YamlDotNet 18.1.0): it refuses a block scalar whose first line has nothing but spaces, which YAML allows. Line ends in place of those spaces
/// read alike but for their number, and leave every other character where it stands.
/// </summary>
internal static class BlankLines
{
    /// <summary>The text without lines of nothing but spaces at the beginning of a block scalar.</summary>
    /// <param name="text">The text.</param>
    public static string Emptied(string text)
    {
        char[]? changed = null;
        var isBlock = false;
        for (var at = 0; at < text.Length;)
        {
            var (end, next) = BlockDecoder.LineFrom(text, at, text.Length);
            var line = text.AsSpan(at, end - at);
            if (line.IndexOfAnyExcept(' ') >= 0)
            {
                isBlock = IsHeader(line);
            }
            else if (isBlock && end > at)
            {
                changed ??= text.ToCharArray();
                changed.AsSpan(at, end - at).Fill('\n');
            }

            at = next;
        }

        return changed is null ? text : new string(changed);
    }

    private static bool IsHeader(ReadOnlySpan<char> line)
    {
        line = (line.IndexOf(" #") is var comment and >= 0 ? line[..comment] : line).TrimEnd(' ').TrimEnd("+-0123456789");
        return line.Length > 0 && line[^1] is '|' or '>';
    }
}
