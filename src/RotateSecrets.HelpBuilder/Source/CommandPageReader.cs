using System.Text.RegularExpressions;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace RotateSecrets.HelpBuilder.Source;

/// <summary>Reads a cmdlet's page, and refuses one that Get-Help would show with a gap.</summary>
internal sealed partial class CommandPageReader(SourceFile file)
{
    public const string CommonParameters = "CommonParameters";

    public static CommandPage Read(SourceFile file)
    {
        var reader = new CommandPageReader(file);
        file.Expect(
            file.Title,
            "SYNOPSIS", "SYNTAX", "ALIASES", "DESCRIPTION", "EXAMPLES", "PARAMETERS", "INPUTS", "OUTPUTS", "NOTES", "RELATED LINKS");
        var uri = reader.FrontMatter();
        var parameters = reader.Parameters();
        return new CommandPage
        {
            Name = file.Name,
            HelpUri = uri,
            Synopsis = reader.Synopsis(),
            Syntax = [.. reader.SectionsOf("SYNTAX").Select(section => reader.Syntax(section, parameters))],
            Description = reader.Text(reader.Section("DESCRIPTION")),
            Examples = [.. reader.SectionsOf("EXAMPLES").Select(reader.Example)],
            Parameters = parameters,
            Inputs = [.. reader.Section("INPUTS").Sections.Select(reader.Type)],
            Outputs = [.. reader.Section("OUTPUTS").Sections.Select(reader.Type)],
            Notes = Prose.Read(file, reader.Section("NOTES").Blocks),
            Links = [.. reader.Section("RELATED LINKS").Blocks.SelectMany(reader.Links)],
        };
    }

    private Section Section(string title) =>
        file.Title.Sections.Single(section => string.Equals(section.Title, title, StringComparison.Ordinal));

    private Section[] SectionsOf(string title) =>
        Section(title).Sections is { Length: > 0 } sections ? sections : throw file.Fail(Section(title).Line, $"'{title}' has nothing below it.");

    private IReadOnlyList<Prose> Text(Section section) =>
        section.Blocks.Length > 0 ? Prose.Read(file, section.Blocks) : throw file.Fail(section.Line, $"'{section.Title}' says nothing.");

    private string Synopsis() =>
        Text(Section("SYNOPSIS")) is [var only] ? only.Text : throw file.Fail(Section("SYNOPSIS").Line, "The synopsis is one paragraph.");

    private string FrontMatter()
    {
        if (file.FrontMatter is not { } block)
        {
            throw file.Fail(1, "The front matter is missing.");
        }

        Dictionary<string, string?> values;
        try
        {
            values = new DeserializerBuilder().WithDuplicateKeyChecking().Build().Deserialize<Dictionary<string, string?>?>(block.Lines.ToString()) ?? [];
        }
        catch (YamlException e)
        {
            throw file.Fail(block.Line + 1 + (int)e.Start.Line, $"The front matter can't be read: {e.GetBaseException().Message}");
        }

        (string Key, string? Value)[] expected =
        [
            ("document type", "cmdlet"),
            ("external help file", CommandPage.HelpFile),
            ("HelpUri", null),
            ("Locale", "en-US"),
            ("Module Name", CommandPage.Module),
            ("ms.date", null),
            ("PlatyPS schema version", "2024-05-01"),
            ("title", file.Name),
        ];
        foreach (var (key, value) in expected)
        {
            if (!values.TryGetValue(key, out var found))
            {
                throw file.Fail(block.Line + 1, $"The front matter lacks '{key}'.");
            }

            if (value is not null && !string.Equals(value, found, StringComparison.Ordinal))
            {
                var line = file.Lines.TakeWhile(line => !line.StartsWith(key, StringComparison.Ordinal)).Count() + 1;
                throw file.Fail(line, $"The front matter's '{key}' has to be '{value}', and not '{found}'.");
            }
        }

        return values["HelpUri"] ?? "";
    }

    private ParameterSection[] Parameters()
    {
        var sections = Section("PARAMETERS").Sections;
        if (sections.GroupBy(static section => section.Title, StringComparer.OrdinalIgnoreCase).FirstOrDefault(static same => same.Skip(1).Any()) is { } twice)
        {
            throw file.Fail(twice.Last().Line, $"'{twice.Key}' is described twice.");
        }

        return sections is [.. var own, { Title: CommonParameters }]
            ? [.. own.Select(Parameter)]
            : throw file.Fail(Section("PARAMETERS").End - 1, $"The section '{CommonParameters}' is missing at the end.");
    }

    private ParameterSection Parameter(Section section)
    {
        if (section.Title is not ['-', .. var name])
        {
            throw file.Fail(section.Line, $"The heading of a parameter begins with a dash, unlike '{section.Title}'.");
        }

        return section.Blocks is [.. var description, FencedCodeBlock { Info: "yaml" } yaml] && description.Length > 0
            ? new ParameterSection(name, Prose.Read(file, description), ParameterBlock.Read(file, yaml))
            : throw file.Fail(section.Line, $"'{section.Title}' has to have a description, and then a yaml block.");
    }

    private SyntaxItem Syntax(Section section, IReadOnlyList<ParameterSection> parameters)
    {
        if (section.Blocks is not [FencedCodeBlock block])
        {
            throw file.Fail(section.Line, $"'{section.Title}' has to have one fenced block with the syntax.");
        }

        var set = section.Title.Replace(" (Default)", "", StringComparison.Ordinal);
        return new SyntaxItem([.. SyntaxToken().Matches(block.Lines.ToString()).Select(token =>
        {
            var name = token.Groups["name"].Value;
            var parameter = parameters.FirstOrDefault(parameter => string.Equals(parameter.Name, name, StringComparison.Ordinal))
                ?? throw file.Fail(block.Line + 2, $"The syntax has -{name}, which PARAMETERS doesn't describe.");
            var inSet = parameter.Block.ParameterSets.FirstOrDefault(item => item.Name is "(All)" || string.Equals(item.Name, set, StringComparison.Ordinal))
                ?? throw file.Fail(block.Line + 2, $"The syntax has -{name}, whose yaml block doesn't list the parameter set '{set}'.");
            return new SyntaxParameter(parameter, inSet, token.Groups["type"] is { Success: true, Value: var type } ? type : null);
        }),]);
    }

    private Example Example(Section section, int index)
    {
        if (!section.Title.StartsWith($"Example {index + 1}: ", StringComparison.Ordinal))
        {
            throw file.Fail(section.Line, $"The heading of this example has to begin with 'Example {index + 1}: '.");
        }

        var before = section.Blocks.TakeWhile(static block => block is not FencedCodeBlock { Info: "powershell" }).ToArray();
        return section.Blocks.ElementAtOrDefault(before.Length) is FencedCodeBlock code
            ? new Example(section.Title, Prose.Read(file, before), code.Lines.ToString(), Prose.Read(file, section.Blocks.Skip(before.Length + 1)))
            : throw file.Fail(section.Line, $"'{section.Title}' has to have a fenced block of powershell.");
    }

    private TypeSection Type(Section section) => new(section.Title, Prose.Read(file, section.Blocks));

    private IEnumerable<Link> Links(Block block) => block is ListBlock list
        ? list.Cast<ListItemBlock>().Select(item => item is [ParagraphBlock { Inline: { } inline }] && inline.ToArray() is [LinkInline { Url: { } url } link]
            ? new Link(
                Prose.Plain(file, link, item.Line),
                url.Contains("://", StringComparison.Ordinal) ? url : null)
            : throw file.Fail(item.Line + 1, "A related link is written - [text](address), and nothing else."))
        : throw file.Fail(block.Line + 1, "Related links are a list.");

    [GeneratedRegex(@"(?<=[ \[])-(?<name>\w+)\]?(?: <(?<type>[^>]+)>)?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SyntaxToken();
}
