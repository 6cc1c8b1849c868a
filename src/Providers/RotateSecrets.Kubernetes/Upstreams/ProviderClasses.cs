using System.Text.Json;
using System.Text.RegularExpressions;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Upstreams;

/// <summary>A SecretProviderClass: what the Secrets Store CSI driver brings into a pod, and into which Secrets.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Provider">vault, aws ...</param>
/// <param name="Objects">What it brings, as the provider names it.</param>
/// <param name="Synced">The Secrets that the driver makes of it.</param>
internal sealed partial record ProviderClass(string Namespace, string Name, string Provider, IReadOnlySet<string> Objects, IReadOnlyList<string> Synced)
{
    /// <summary>Reads one.</summary>
    public static ProviderClass Of(JsonElement item) => new(
        item.Text("metadata", "namespace") ?? string.Empty,
        item.Text("metadata", "name") ?? string.Empty,
        item.Text("spec", "provider") ?? string.Empty,
        ObjectNames().Matches(item.Text("spec", "parameters", "objects") ?? string.Empty).Select(static match => match.Groups["path"].Value).ToHashSet(StringComparer.Ordinal),
        [.. item.Items("spec", "secretObjects").Select(static one => one.Text("secretName")).OfType<string>()]);

    /// <summary>Whether it brings the secret at a path of a store.</summary>
    public bool Brings(string path, string kind) => Provider.Equals(kind, StringComparison.OrdinalIgnoreCase) && Objects.Any(one => RemoteName.Means(kind, one, path));

    // The parameter is a YAML text, of blocks or of braces: secretPath of the Vault provider, objectName of the AWS one.
    [GeneratedRegex("""(^|[\s{,\[-])["']?(secretPath|objectName)["']?\s*:\s*["']?(?<path>[^"',{}\r\n]+?)["']?\s*(,|\}|#|\r|$)""", RegexOptions.Multiline | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ObjectNames();
}

/// <summary>Reads the SecretProviderClasses.</summary>
internal static class ProviderClasses
{
    /// <summary>Reads them; none where the driver isn't installed.</summary>
    public static async Task<Outcome<IReadOnlyList<ProviderClass>>> LoadAsync(Cluster cluster, string? nameSpace, CancellationToken cancellation)
    {
        var classes = new List<ProviderClass>();
        if (cluster.Kinds.Find(ResourceKind.SecretProviderClass) is { } kind)
        {
            await foreach (var found in PagedList.ReadAsync(cluster.Client, kind, nameSpace, null, ProviderClass.Of, null, cancellation))
            {
                if (found.Failed(out var failure, out var one))
                {
                    return failure;
                }

                classes.Add(one);
            }
        }

        return Outcome.Of<IReadOnlyList<ProviderClass>>(classes);
    }
}
