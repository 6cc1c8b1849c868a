using System.Text;
using RotateSecrets.Documents;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;

namespace RotateSecrets.Binding;

/// <summary>Plan files: .psd1 or .json, by their ending.</summary>
internal sealed class PlanFile : IPlanSource
{
    /// <inheritdoc/>
    public Outcome<RotationPlan> Load(string path)
    {
        try
        {
            return (IsJson(path) ? JsonDocumentReader.Read(File.ReadAllBytes(path), path) : Psd1DocumentReader.Read(File.ReadAllText(path), path))
                .Succeeded(out var root, out var failure) ? PlanReader.Read(root, path) : failure;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Failure(FailureCode.FileNotFound, path, $"There is no plan at {path}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Failure(FailureCode.AccessDenied, path, $"The plan {path} can't be read.");
        }
    }

    /// <summary>The text of a plan file.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="path">The file; its ending says how it is written.</param>
    public static string TextOf(RotationPlan plan, string path)
    {
        var json = PlanText.Write(plan with { Derived = [.. plan.Derived.Select(derived => Path.GetRelativePath(Path.GetDirectoryName(path)!, derived))] });
        if (IsJson(path))
        {
            return json + Environment.NewLine;
        }

        return JsonDocumentReader.Read(Encoding.UTF8.GetBytes(json), path).Succeeded(out var root, out _)
            ? Psd1(root, string.Empty) + Environment.NewLine
            : throw new InvalidOperationException("A plan's own text can't be read.");
    }

    private static bool IsJson(string path) => Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase);

    private static string Psd1(DocumentNode node, string indent)
    {
        var deeper = indent + "    ";
        switch (node)
        {
            case MapNode map:
                var width = map.Entries.Select(static entry => entry.Name.Length).DefaultIfEmpty(0).Max();
                var entries = map.Entries.Select(entry => $"{deeper}{entry.Name.PadRight(width)} = {Psd1(entry.Value, deeper)}");
                return $"@{{\n{string.Join('\n', entries)}\n{indent}}}";
            case ListNode { Items: var items } when items.All(static item => item is TextNode):
                return $"@({string.Join(", ", items.Select(item => Psd1(item, deeper)))})";
            case ListNode list:
                // The comma keeps a list of one list from being taken for the inner list alone.
                return $"@(\n{string.Join('\n', list.Items.Select(item => $"{deeper}{(item is ListNode ? "," : string.Empty)}{Psd1(item, deeper)}"))}\n{indent})";
            case TextNode text:
                return $"'{text.Text.Replace("'", "''", StringComparison.Ordinal)}'";
            case NumberNode number:
                return FormattableString.Invariant($"{number.Number}");
            case FlagNode flag:
                return flag.IsTrue ? "$true" : "$false";
            default:
                return "$null";
        }
    }
}
