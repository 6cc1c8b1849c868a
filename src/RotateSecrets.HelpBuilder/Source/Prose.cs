using System.Globalization;
using System.Text;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace RotateSecrets.HelpBuilder.Source;

/// <summary>A line of text that may be wrapped behind its prefix, such as the mark of a list item; a verbatim one may not.</summary>
internal sealed record ProseLine(string Prefix, string Text, bool IsVerbatim = false);

/// <summary>A paragraph, a whole list, a table or a block of code, without its marks.</summary>
internal sealed record Prose(IReadOnlyList<ProseLine> Lines)
{
    /// <summary>The lines, unwrapped.</summary>
    public string Text => string.Join('\n', Lines.Select(static line => line.Prefix + line.Text));

    /// <summary>Reads the text of a section. Help is plain text: what can't be shown so is an error.</summary>
    public static IReadOnlyList<Prose> Read(SourceFile file, IEnumerable<Block> blocks) =>
        [.. blocks.Select(block => new Prose([.. Read(file, block)]))];

    private static IEnumerable<ProseLine> Read(SourceFile file, Block block) => block switch
    {
        ParagraphBlock paragraph => [new ProseLine("", Plain(file, paragraph.Inline!, paragraph.Line))],
        ListBlock list => list.Cast<ListItemBlock>().SelectMany((item, index) => Item(file, item, Mark(list, index))),
        CodeBlock code => code.Lines.Lines.Take(code.Lines.Count).Select(static line => new ProseLine("", line.Slice.ToString(), IsVerbatim: true)),
        Table table => file.Lines.Skip(table.Line).TakeWhile(static line => line.Trim() is not "").Select(static line => new ProseLine("", line, IsVerbatim: true)),
        HeadingBlock heading => throw file.Fail(heading.Line + 1, "No heading of this level belongs here."),
        _ => throw file.Fail(block.Line + 1, "Help is plain text: only paragraphs, lists, tables and fenced code can be shown."),
    };

    private static string Mark(ListBlock list, int index) =>
        list.IsOrdered ? string.Create(CultureInfo.InvariantCulture, $"{index + 1}. ") : "- ";

    private static IEnumerable<ProseLine> Item(SourceFile file, ListItemBlock item, string mark) =>
        item.SelectMany(block => Read(file, block)).Select((line, index) =>
            line with { Prefix = (index is 0 ? mark : new string(' ', mark.Length)) + line.Prefix });

    /// <summary>The text of a line, without its marks.</summary>
    public static string Plain(SourceFile file, ContainerInline inlines, int line)
    {
        var text = new StringBuilder();
        foreach (var inline in inlines)
        {
            text.Append(inline switch
            {
                LiteralInline literal => literal.Content.ToString(),
                CodeInline code => code.Content,
                LineBreakInline => " ",
                AutolinkInline link => link.Url,
                HtmlEntityInline entity => entity.Transcoded.ToString(),
                LinkInline { IsImage: false } link => Link(Plain(file, link, line), link.Url),
                EmphasisInline emphasis => Plain(file, emphasis, line),
                _ => throw file.Fail(inline.Line + 1, "Help is plain text: this can't be shown."),
            });
        }

        return text.ToString();
    }

    // A page of this help is found by its name; only an address on the web is worth printing.
    private static string Link(string text, string? url) =>
        url is null || !url.Contains("://", StringComparison.Ordinal) || string.Equals(text, url, StringComparison.Ordinal) ? text : $"{text} ({url})";
}
