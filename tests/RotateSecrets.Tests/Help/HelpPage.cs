using System.Text.RegularExpressions;
using RotateSecrets.Tests.Hosting;

namespace RotateSecrets.Tests.Help;

/// <summary>The sources of the help, as far as these tests look into them.</summary>
internal static class HelpPage
{
    private static string Folder { get; } = Path.Combine(BuiltModule.RepositoryRoot, "docs", "en-US");

    /// <summary>The names of all pages and topics.</summary>
    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.md").Select(static path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    /// <summary>The lines of a page.</summary>
    public static IEnumerable<string> Lines(string name) => File.ReadLines(Path.Combine(Folder, name + ".md"));

    /// <summary>The fenced blocks of a page that are written in a language.</summary>
    public static IReadOnlyList<HelpBlock> Blocks(string name, string language)
    {
        const string fence = "```";
        var found = new List<HelpBlock>();
        var heading = string.Empty;
        string? opened = null;
        var code = new List<string>();
        foreach (var line in Lines(name))
        {
            if (line.StartsWith(fence, StringComparison.Ordinal))
            {
                if (opened == language)
                {
                    found.Add(new HelpBlock(name, heading, string.Join('\n', code)));
                }

                opened = opened is null ? line[fence.Length..] : null;
                code.Clear();
            }
            else if (opened is not null)
            {
                code.Add(line);
            }
            else if (line.StartsWith('#'))
            {
                heading = line.TrimStart('#', ' ');
            }
        }

        return found;
    }
}

/// <summary>A fenced block.</summary>
/// <param name="Page">The page it is on.</param>
/// <param name="Heading">What it stands under.</param>
/// <param name="Code">What is in it.</param>
internal sealed partial record HelpBlock(string Page, string Heading, string Code)
{
    /// <summary>The error that it is there to show, as its heading says at the end in parentheses; null where it is to run without one.</summary>
    public string? ErrorId => AnnouncedError().Match(Heading) is { Success: true } match ? match.Groups["id"].Value : null;

    [GeneratedRegex(@"\((?<id>[A-Z][A-Za-z]+)\)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AnnouncedError();
}
