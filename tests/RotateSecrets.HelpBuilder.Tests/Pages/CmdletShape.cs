using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;
using RotateSecrets.HelpBuilder.Source;

namespace RotateSecrets.HelpBuilder.Tests.Pages;

/// <summary>What a cmdlet's metadata says, in the form in which a page says it.</summary>
internal sealed partial class CmdletShape(CmdletInfo cmdlet, IReadOnlyList<string> aliases)
{
    private const int SyntaxWidth = 100;

    public string Name => cmdlet.Name;

    /// <summary>The names of the parameters, without those that all cmdlets have.</summary>
    public IReadOnlyList<string> Parameters { get; } =
        [.. cmdlet.Parameters.Keys.Except(Cmdlet.CommonParameters, StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)];

    /// <summary>The types that the pipeline binds.</summary>
    public IEnumerable<string> Inputs => Parameters
        .Select(name => cmdlet.Parameters[name])
        .Where(static parameter => parameter.ParameterSets.Values.Any(static set => set.ValueFromPipeline || set.ValueFromPipelineByPropertyName))
        .Select(static parameter => TypeName(parameter.ParameterType))
        .Distinct(StringComparer.Ordinal);

    /// <summary>The types of what it writes.</summary>
    public IEnumerable<string> Outputs => cmdlet.OutputType.Select(static type => type.Name);

    /// <summary>The lines of the section SYNTAX.</summary>
    public IEnumerable<string> Syntax =>
        cmdlet.ParameterSets.SelectMany(set => new[] { "", $"### {set.Name}{(set.IsDefault ? " (Default)" : "")}", "", "```" }
            .Concat(Wrap($"{cmdlet.Name} {set}"))
            .Append("```"));

    /// <summary>The lines of the section ALIASES.</summary>
    public IEnumerable<string> Aliases =>
        aliases.Count > 0 ? ["", "This cmdlet has the following aliases,", $"  {string.Join(", ", aliases)}"] : [];

    /// <summary>The yaml block of a parameter.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="defaultValue">What the page says; null takes the value of a cmdlet that has been given none.</param>
    public ParameterBlock Block(string name, string? defaultValue)
    {
        var parameter = cmdlet.Parameters[name];
        var attributes = parameter.Attributes.OfType<ParameterAttribute>().ToArray();
        return new ParameterBlock
        {
            Type = TypeName(parameter.ParameterType),
            DefaultValue = defaultValue ?? DefaultValue(name),
            SupportsWildcards = parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any(),
            Aliases = [.. parameter.Aliases],
            ParameterSets = [.. parameter.ParameterSets.OrderBy(static set => set.Key, StringComparer.Ordinal).Select(static set => Set(set.Key, set.Value))],
            DontShow = attributes.Any(static attribute => attribute.DontShow),
            AcceptedValues = [.. AcceptedValues(parameter)],
            HelpMessage = attributes.Select(static attribute => attribute.HelpMessage).FirstOrDefault(static message => message is not null) ?? "",
        };
    }

    private static ParameterSetBlock Set(string name, ParameterSetMetadata set) => new()
    {
        Name = name is ParameterAttribute.AllParameterSets ? "(All)" : name,
        Position = set.Position is int.MinValue ? "Named" : set.Position.ToString(CultureInfo.InvariantCulture),
        IsRequired = set.IsMandatory,
        ValueFromPipeline = set.ValueFromPipeline,
        ValueFromPipelineByPropertyName = set.ValueFromPipelineByPropertyName,
        ValueFromRemainingArguments = set.ValueFromRemainingArguments,
    };

    private static IEnumerable<string> AcceptedValues(ParameterMetadata parameter)
    {
        var element = parameter.ParameterType.IsArray ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
        var type = Nullable.GetUnderlyingType(element) ?? element;
        return parameter.Attributes.OfType<ValidateSetAttribute>().FirstOrDefault() is { } set ? set.ValidValues
            : type.IsEnum ? Enum.GetNames(type)
            : [];
    }

    private static string TypeName(Type type) => type.IsGenericType
        ? $"{type.GetGenericTypeDefinition().FullName}[{string.Join(',', type.GenericTypeArguments.Select(TypeName))}]"
        : type.FullName!;

    private static IEnumerable<string> Wrap(string syntax)
    {
        var line = "";
        foreach (var part in BetweenParameters().Split(syntax))
        {
            if (line.Length + part.Length > SyntaxWidth)
            {
                yield return line;
                line = "";
            }

            line += part;
        }

        yield return line;
    }

    private string DefaultValue(string name)
    {
        var type = cmdlet.ImplementingType;
        if (type.GetProperty(name) is not { } property)
        {
            // -WhatIf and -Confirm belong to the engine.
            return "False";
        }

        var instance = Activator.CreateInstance(type);
        using var disposed = instance as IDisposable;
        return Text(property.GetValue(instance));
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        SwitchParameter flag => flag.IsPresent.ToString(),
        IEnumerable items => string.Join(", ", items.Cast<object?>().Select(Text)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    [GeneratedRegex(@"(?= \[?\[?-| \[<CommonParameters>)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BetweenParameters();
}
