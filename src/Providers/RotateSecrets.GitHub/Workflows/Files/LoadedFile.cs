using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Workflows.Yaml;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Workflows.Files;

/// <summary>A file of a repository that was read as YAML.</summary>
/// <param name="Spot">Where it lies.</param>
/// <param name="File">What it says.</param>
internal sealed record LoadedFile(FileSpot Spot, YamlFile File)
{
    private IReadOnlyList<WorkflowDocument>? workflows;

    /// <summary>The workflows in it.</summary>
    public IReadOnlyList<WorkflowDocument> Workflows => workflows ??= [.. File.Documents.OfType<YamlMap>().Select(WorkflowDocument.Of)];

    /// <summary>Whether it can have to do with secrets: it names the context, or calls another workflow. False is certain, and costs little.</summary>
    public bool MayMatter =>
        File.Text.Contains("secrets", StringComparison.OrdinalIgnoreCase) || File.Text.Contains("/workflows/", StringComparison.Ordinal) || HasEscapes(File.Text);

    /// <summary>The file for messages: <c>owner/name:path@ref</c>.</summary>
    public string Name => NameOf(Spot);

    /// <summary>A file's name for messages.</summary>
    public static string NameOf(FileSpot spot) => $"{spot.Repository}:{spot.Path}@{spot.Ref}";

    /// <summary>Reads a file.</summary>
    /// <param name="spot">Where it lies.</param>
    /// <param name="content">Its bytes.</param>
    public static Outcome<LoadedFile> Read(FileSpot spot, ReadOnlyMemory<byte> content) =>
        YamlFile.Read(content.Span, NameOf(spot)).Map(file => new LoadedFile(spot, file));

    /// <summary>A place in it, for whoever is told about a reference.</summary>
    /// <param name="scalar">The scalar it is in.</param>
    /// <param name="index">Which of its characters.</param>
    public ReferenceSpot SpotOf(YamlScalar scalar, int index)
    {
        var place = File.PositionOf(scalar.PlaceOf(index));
        return new ReferenceSpot(Spot.Repository, Spot.Ref, Spot.Path, place.Line, place.Column);
    }

    // In quotation marks a word can be written in other characters than its own, or across lines.
    private static bool HasEscapes(string text)
    {
        for (var at = text.IndexOf('\\', StringComparison.Ordinal); at >= 0; at = text.IndexOf('\\', at + 1))
        {
            if (at + 1 < text.Length && text[at + 1] is 'x' or 'u' or 'U' or '\n' or '\r')
            {
                return true;
            }
        }

        return false;
    }
}
