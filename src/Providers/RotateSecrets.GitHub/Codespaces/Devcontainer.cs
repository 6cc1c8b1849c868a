using System.Text.RegularExpressions;
using RotateSecrets.Consumers;
using RotateSecrets.Documents;
using RotateSecrets.GitHub.References;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Codespaces;

/// <summary>Finds where the configuration of a development container names a secret: in its list of recommended ones, and as an environment variable.</summary>
/// <remarks>Source: "Development container specification", devcontainer.json reference: <c>secrets</c>, and the variables <c>${localEnv:NAME}</c> and <c>${containerEnv:NAME}</c>.</remarks>
internal static partial class Devcontainer
{
    /// <summary>Finds the references to a secret.</summary>
    /// <param name="file">The file.</param>
    /// <param name="place">The file for messages, with its branch.</param>
    /// <param name="name">The secret's name.</param>
    public static Outcome<IReadOnlyList<ConsumerReference>> Find(WorkflowFile file, string place, string name)
    {
        if (JsonDocumentReader.Read(file.Content.Span, place).Failed(out var failure, out var root))
        {
            return failure;
        }

        var references = new List<ConsumerReference>();
        var declared = (root as MapNode)?.Entries.Where(static entry => entry.Name == "secrets").Select(static entry => entry.Value).OfType<MapNode>().SelectMany(static secrets => secrets.Entries) ?? [];
        references.AddRange(declared.Where(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(entry => At("SecretDeclaration", entry.Position)));
        Search(root, name, position => references.Add(At("EnvironmentVariable", position)));
        return references;

        ConsumerReference At(string kind, DocumentPosition position) => new(kind, FormattableString.Invariant($"{place}:{position.Line}:{position.Column}"), Uptake.Restart);
    }

    private static void Search(DocumentNode node, string name, Action<DocumentPosition> found)
    {
        switch (node)
        {
            case MapNode map:
                foreach (var entry in map.Entries)
                {
                    Search(entry.Value, name, found);
                }

                break;
            case ListNode list:
                foreach (var item in list.Items)
                {
                    Search(item, name, found);
                }

                break;
            case TextNode text when Variable().Matches(text.Text).Any(match => match.Groups["name"].Value.Equals(name, StringComparison.OrdinalIgnoreCase)):
                found(text.Position);
                break;
        }
    }

    [GeneratedRegex(@"\$\{(localEnv|containerEnv|env):(?<name>[A-Za-z0-9_]{1,300})[:}]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();
}
