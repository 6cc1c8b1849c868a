using System.Text;
using System.Xml;
using System.Xml.Linq;
using RotateSecrets.HelpBuilder.Source;

namespace RotateSecrets.HelpBuilder.Output;

/// <summary>Help in MAML, the XML that Get-Help reads.</summary>
internal sealed class MamlDocument
{
    private static readonly XNamespace Help = "http://msh";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    private readonly XElement root;

    private MamlDocument(XElement root) => this.root = root;

    public static MamlDocument Of(IEnumerable<CommandPage> pages) => new(new XElement(
        Help + "helpItems",
        new XAttribute("schema", "maml"),
        new XAttribute(XNamespace.Xmlns + "maml", Maml.NamespaceName),
        new XAttribute(XNamespace.Xmlns + "command", Command.NamespaceName),
        new XAttribute(XNamespace.Xmlns + "dev", Dev.NamespaceName),
        pages.Select(Of)));

    public void Save(string path)
    {
        using var writer = XmlWriter.Create(path, new XmlWriterSettings { Indent = true, NewLineChars = "\n", Encoding = new UTF8Encoding(false) });
        root.Save(writer);
    }

    private static XElement Of(CommandPage page) => new(
        Command + "command",
        new XElement(
            Command + "details",
            new XElement(Command + "name", page.Name),
            new XElement(Command + "verb", page.Name.Split('-')[0]),
            new XElement(Command + "noun", page.Name.Split('-')[^1]),
            new XElement(Maml + "description", new XElement(Maml + "para", page.Synopsis))),
        Text(Maml + "description", page.Description),
        new XElement(Command + "syntax", page.Syntax.Select(item => new XElement(
            Command + "syntaxItem",
            new XElement(Maml + "name", page.Name),
            item.Parameters.Select(Of)))),
        new XElement(Command + "parameters", page.Parameters.Select(Of)),
        new XElement(Command + "inputTypes", page.Inputs.Select(static type => Of(Command + "inputType", type))),
        new XElement(Command + "returnValues", page.Outputs.Select(static type => Of(Command + "returnValue", type))),
        page.Notes.Count > 0 ? new XElement(Maml + "alertSet", Text(Maml + "alert", page.Notes)) : null,
        new XElement(Command + "examples", page.Examples.Select(Of)),
        new XElement(Command + "relatedLinks", LinksOf(page).Select(static link => new XElement(
            Maml + "navigationLink",
            new XElement(Maml + "linkText", link.Text),
            new XElement(Maml + "uri", link.Address)))));

    // The first link with an address is the one that Get-Help -Online opens.
    private static IEnumerable<Link> LinksOf(CommandPage page) =>
        page.HelpUri is "" ? page.Links : page.Links.Prepend(new Link("Online version:", page.HelpUri));

    private static XElement Of(SyntaxParameter parameter)
    {
        var block = parameter.Parameter.Block;
        return new XElement(
            Command + "parameter",
            Attributes(block, parameter.Set.IsRequired, parameter.Set.Position, [parameter.Set]),
            new XElement(Maml + "name", parameter.Parameter.Name),
            Text(Maml + "description", parameter.Parameter.Description),
            block.AcceptedValues.Length > 0
                ? new XElement(Command + "parameterValueGroup", block.AcceptedValues.Select(Value))
                : parameter.Type is null ? null : Value(parameter.Type),
            Type(block.Type),
            DefaultValue(block));
    }

    private static XElement Of(ParameterSection parameter) => new(
        Command + "parameter",
        Attributes(
            parameter.Block,
            parameter.Block.ParameterSets.Any(static set => set.IsRequired),
            parameter.Block.ParameterSets[0].Position,
            parameter.Block.ParameterSets),
        new XElement(Maml + "name", parameter.Name),
        Text(Maml + "description", parameter.Description, AcceptedValues(parameter.Block)),
        parameter.Block.Type is "System.Management.Automation.SwitchParameter" ? null : Value(parameter.Block.Type),
        Type(parameter.Block.Type),
        DefaultValue(parameter.Block));

    private static object[] Attributes(ParameterBlock block, bool isRequired, string position, IEnumerable<ParameterSetBlock> sets) =>
    [
        new XAttribute("required", isRequired),
        new XAttribute("variableLength", block.Type.EndsWith("[]", StringComparison.Ordinal)),
        new XAttribute("globbing", block.SupportsWildcards),
        new XAttribute("pipelineInput", PipelineInput([.. sets])),
        new XAttribute("position", position is "Named" ? "named" : position),
        new XAttribute("aliases", block.Aliases.Length > 0 ? string.Join(", ", block.Aliases) : "none"),
    ];

    private static string PipelineInput(IReadOnlyList<ParameterSetBlock> sets)
    {
        string[] ways =
        [
            .. sets.Any(static set => set.ValueFromPipeline) ? ["ByValue"] : Array.Empty<string>(),
            .. sets.Any(static set => set.ValueFromPipelineByPropertyName) ? ["ByPropertyName"] : Array.Empty<string>(),
        ];
        return ways.Length > 0 ? $"true ({string.Join(", ", ways)})" : "false";
    }

    private static string? AcceptedValues(ParameterBlock block) =>
        block.AcceptedValues.Length > 0 ? $"Accepted values: {string.Join(", ", block.AcceptedValues)}" : null;

    private static XElement Value(string type) => new(
        Command + "parameterValue",
        new XAttribute("required", true),
        new XAttribute("variableLength", type.EndsWith("[]", StringComparison.Ordinal)),
        type);

    private static XElement Type(string name) => new(Dev + "type", new XElement(Maml + "name", name));

    private static XElement DefaultValue(ParameterBlock block) => new(Dev + "defaultValue", block.DefaultValue is "" ? "None" : block.DefaultValue);

    private static XElement Of(XName name, TypeSection type) => new(name, Type(type.Type), Text(Maml + "description", type.Description));

    private static XElement Of(Example example) => new(
        Command + "example",
        new XElement(Maml + "title", $"---------- {example.Title} ----------"),
        // The code follows the introduction without a break of its own.
        new XElement(Maml + "introduction", example.Introduction.Select((prose, index) =>
            new XElement(Maml + "para", index == example.Introduction.Count - 1 ? prose.Text + "\n\n" : prose.Text))),
        new XElement(Dev + "code", example.Code),
        // The next title follows the remarks without a break of its own.
        Text(Dev + "remarks", example.Remarks, example.Remarks.Count > 0 ? "" : null));

    private static XElement Text(XName name, IEnumerable<Prose> text, string? last = null) =>
        new(name, text.Select(static prose => prose.Text).Append(last).OfType<string>().Select(static text => new XElement(Maml + "para", text)));
}
