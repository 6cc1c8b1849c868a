using Markdig.Syntax;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace RotateSecrets.HelpBuilder.Source;

/// <summary>The yaml block of a parameter, with the keys of the PlatyPS schema 2024-05-01, in its order.</summary>
internal sealed record ParameterBlock
{
    public required string Type { get; init; }

    public required string DefaultValue { get; init; }

    public required bool SupportsWildcards { get; init; }

    public required string[] Aliases { get; init; }

    public required ParameterSetBlock[] ParameterSets { get; init; }

    public required bool DontShow { get; init; }

    public required string[] AcceptedValues { get; init; }

    public required string HelpMessage { get; init; }

    /// <summary>Reads a fenced block.</summary>
    public static ParameterBlock Read(SourceFile file, FencedCodeBlock block)
    {
        try
        {
            return new DeserializerBuilder()
                .WithEnforceRequiredMembers()
                .WithEnforceNullability()
                .WithDuplicateKeyChecking()
                .Build()
                .Deserialize<ParameterBlock?>(block.Lines.ToString()) is { ParameterSets.Length: > 0 } read
                    ? read
                    : throw file.Fail(block.Line + 1, "The yaml block lists no parameter set.");
        }
        catch (YamlException e)
        {
            throw file.Fail(block.Line + 1 + (int)e.Start.Line, $"The yaml block can't be read: {e.GetBaseException().Message}");
        }
    }

    /// <summary>Its lines, without the fence.</summary>
    public override string ToString() => new SerializerBuilder().DisableAliases().WithNewLine("\n").Build().Serialize(this).TrimEnd();
}

/// <summary>What a parameter is in one parameter set, or in <c>(All)</c>.</summary>
internal sealed record ParameterSetBlock
{
    public required string Name { get; init; }

    public required string Position { get; init; }

    public required bool IsRequired { get; init; }

    public required bool ValueFromPipeline { get; init; }

    public required bool ValueFromPipelineByPropertyName { get; init; }

    public required bool ValueFromRemainingArguments { get; init; }
}
