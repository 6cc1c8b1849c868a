using Markdig.Syntax;
using RotateSecrets.HelpBuilder.Source;

namespace RotateSecrets.HelpBuilder.Tests.Pages;

/// <summary>The difference between a page and its cmdlet, and the page as it should be: what people wrote stays as it is.</summary>
internal sealed class PageUpdate
{
    private readonly SourceFile file;
    private readonly CmdletShape cmdlet;
    private readonly List<Edit> edits = [];

    public PageUpdate(SourceFile file, CmdletShape cmdlet)
    {
        this.file = file;
        this.cmdlet = cmdlet;

        ReplaceBody("SYNTAX", cmdlet.Syntax);
        ReplaceBody("ALIASES", cmdlet.Aliases);
        var described = Section("PARAMETERS").Sections.Where(static section => section.Title is ['-', ..]).ToDictionary(static section => section.Title[1..], StringComparer.Ordinal);
        foreach (var (name, section) in described)
        {
            if (cmdlet.Parameters.Contains(name, StringComparer.Ordinal))
            {
                ReplaceBlock(name, section);
            }
            else
            {
                Replace(section.Title, section.Line - 1, section.End - section.Line, []);
            }
        }

        foreach (var name in cmdlet.Parameters.Where(name => !described.ContainsKey(name)))
        {
            Add(name);
        }
    }

    /// <summary>Each difference, with the line where it is.</summary>
    public IEnumerable<string> Differences => edits.Select(edit =>
    {
        var old = file.Lines.Skip(edit.Start).Take(edit.Count).ToArray();
        var lines = old.Except(edit.Lines, StringComparer.Ordinal).Select(static line => "- " + line)
            .Concat(edit.Lines.Except(old, StringComparer.Ordinal).Select(static line => "+ " + line));
        return $"{file.Path}({edit.Start + 1}): {edit.What}\n  {string.Join("\n  ", lines)}";
    });

    /// <summary>The page as it should be.</summary>
    public string Text
    {
        get
        {
            var lines = file.Lines.ToList();
            foreach (var edit in edits.AsEnumerable().Reverse()
                .OrderByDescending(static edit => edit.Start)
                .ThenByDescending(static edit => edit.Count))
            {
                lines.RemoveRange(edit.Start, edit.Count);
                lines.InsertRange(edit.Start, edit.Lines);
            }

            return string.Join('\n', lines);
        }
    }

    private Section Section(string title) =>
        file.Title.Sections.FirstOrDefault(section => string.Equals(section.Title, title, StringComparison.Ordinal))
        ?? throw file.Fail(file.Title.End - 1, $"The section '{title}' is missing.");

    private void ReplaceBody(string title, IEnumerable<string> lines)
    {
        var section = Section(title);
        Replace(title, section.Line, section.End - section.Line - 1, [.. lines, ""]);
    }

    private void ReplaceBlock(string name, Section section)
    {
        if (section.Blocks.LastOrDefault() is not FencedCodeBlock { Info: "yaml" } block)
        {
            throw file.Fail(section.Line, $"'{section.Title}' has to end with a yaml block.");
        }

        Replace(section.Title, block.Line, block.Lines.Count + 2, Fenced(cmdlet.Block(name, ParameterBlock.Read(file, block).DefaultValue)));
    }

    private void Add(string name)
    {
        var next = Section("PARAMETERS").Sections.FirstOrDefault(section =>
            section.Title is CommandPageReader.CommonParameters || string.Compare(section.Title[1..], name, StringComparison.OrdinalIgnoreCase) > 0)
            ?? throw file.Fail(Section("PARAMETERS").End - 1, $"The section '{CommandPageReader.CommonParameters}' is missing at the end.");
        Replace($"-{name}", next.Line - 1, 0, [$"### -{name}", "", Description(name), "", .. Fenced(cmdlet.Block(name, defaultValue: null)), ""]);
    }

    // The words of PlatyPS for what the engine does.
    private static string Description(string name) => name switch
    {
        "Confirm" => "Prompts you for confirmation before running the cmdlet.",
        "WhatIf" => "Runs the command in a mode that only reports what would happen without performing the actions.",
        _ => $"{{{{ Fill {name} Description }}}}",
    };

    private static string[] Fenced(ParameterBlock block) => ["```yaml", .. block.ToString().Split('\n'), "```"];

    private void Replace(string what, int start, int count, string[] lines)
    {
        if (!file.Lines.Skip(start).Take(count).SequenceEqual(lines, StringComparer.Ordinal))
        {
            edits.Add(new Edit(what, start, count, lines));
        }
    }

    private sealed record Edit(string What, int Start, int Count, string[] Lines);
}
