using Markdig;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;

namespace RotateSecrets.HelpBuilder.Source;

/// <summary>A Markdown file as a tree of sections, each with the lines that it takes.</summary>
internal sealed class SourceFile
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UseYamlFrontMatter().UsePipeTables().Build();

    private SourceFile(string path, string text)
    {
        Path = path;
        Name = System.IO.Path.GetFileNameWithoutExtension(path);
        Lines = text.ReplaceLineEndings("\n").Split('\n');

        var blocks = Markdown.Parse(string.Join('\n', Lines), Pipeline).Where(static block => block is not LinkReferenceDefinitionGroup).ToArray();
        FrontMatter = blocks.OfType<YamlFrontMatterBlock>().FirstOrDefault();
        Title = SectionsIn(blocks, level: 1, Lines.Count) switch
        {
            [] => throw Fail(1, $"There is no title: # {Name}"),
            [_, var second, ..] => throw Fail(second.Line, "There is a second title. A page has one."),
            [var only] => only,
        };
        if (blocks.FirstOrDefault(static block => block is not YamlFrontMatterBlock) is { } first && first.Line + 1 < Title.Line)
        {
            throw Fail(first.Line + 1, "This comes before the title. Only the front matter does.");
        }

        if (!string.Equals(Title.Title, Name, StringComparison.Ordinal))
        {
            throw Fail(Title.Line, $"The title '{Title.Title}' is not the file's name '{Name}'.");
        }
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The file's name without its extension: the command or topic that it is about.</summary>
    public string Name { get; }

    /// <summary>Its lines.</summary>
    public IReadOnlyList<string> Lines { get; }

    /// <summary>The block between the lines of dashes at the top, if there is one.</summary>
    public YamlFrontMatterBlock? FrontMatter { get; }

    /// <summary>The one section that holds all others.</summary>
    public Section Title { get; }

    /// <summary>Reads a file.</summary>
    public static SourceFile Read(string path) => new(path, File.ReadAllText(path));

    /// <summary>Reads what is to become a file.</summary>
    public static SourceFile Of(string path, string text) => new(path, text);

    /// <summary>Says what is wrong in a line, counted from 1.</summary>
    public SourceException Fail(int line, string message) => new(Path, line, message);

    /// <summary>Refuses sections other than these, in this order.</summary>
    public void Expect(Section section, params IReadOnlyList<string> titles)
    {
        foreach (var (expected, found) in titles.Zip(section.Sections))
        {
            if (!string.Equals(expected, found.Title, StringComparison.Ordinal))
            {
                throw Fail(found.Line, $"The section '{expected}' has to be here, and not '{found.Title}'.");
            }
        }

        if (section.Sections.Length != titles.Count)
        {
            throw section.Sections.Length > titles.Count
                ? Fail(section.Sections[titles.Count].Line, $"No section '{section.Sections[titles.Count].Title}' belongs here.")
                : Fail(section.End - 1, $"The section '{titles[section.Sections.Length]}' is missing at the end.");
        }
    }

    private Section[] SectionsIn(Block[] blocks, int level, int end)
    {
        var starts = Enumerable.Range(0, blocks.Length).Where(index => blocks[index] is HeadingBlock heading && heading.Level == level).ToArray();
        return [.. starts.Select((start, nth) =>
        {
            var after = nth + 1 < starts.Length ? starts[nth + 1] : blocks.Length;
            var next = after < blocks.Length ? blocks[after].Line : end;
            var inside = blocks.Skip(start + 1).Take(after - start - 1).ToArray();
            return new Section(
                Lines[blocks[start].Line].TrimStart('#').Trim(),
                blocks[start].Line + 1,
                next + 1,
                [.. inside.TakeWhile(block => (block as HeadingBlock)?.Level != level + 1)],
                SectionsIn(inside, level + 1, next));
        }),];
    }
}

/// <summary>A heading and what belongs to it.</summary>
/// <param name="Title">The text of the heading.</param>
/// <param name="Line">The heading's line, counted from 1.</param>
/// <param name="End">The line after its last.</param>
/// <param name="Blocks">What comes before the first section in it.</param>
/// <param name="Sections">The sections one level below.</param>
internal sealed record Section(string Title, int Line, int End, Block[] Blocks, Section[] Sections);
