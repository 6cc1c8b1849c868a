using System.Text.Json;
using System.Text.RegularExpressions;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Pods;

/// <summary>Reads the annotations by which the Vault injector gives a pod an agent: the paths that it reads, and those in its templates.</summary>
internal static partial class InjectorAnnotations
{
    private const string Prefix = "vault.hashicorp.com/";
    private const string SecretPrefix = Prefix + "agent-inject-secret-";
    private const string TemplatePrefix = Prefix + "agent-inject-template-";

    /// <summary>Reads a template's annotations.</summary>
    public static IEnumerable<SecretUse> Read(JsonElement annotations)
    {
        // An agent that only fills the file before the pod starts doesn't come back to it.
        var uptake = annotations.Text(Prefix + "agent-pre-populate-only") == "true" ? Uptake.Restart : Uptake.Wait;
        foreach (var annotation in annotations.Members())
        {
            var paths = annotation.Value.ValueKind != JsonValueKind.String ? []
                : annotation.Name.StartsWith(SecretPrefix, StringComparison.Ordinal) ? [annotation.Value.GetString()!]
                : annotation.Name.StartsWith(TemplatePrefix, StringComparison.Ordinal) ? PathsIn(annotation.Value.GetString()!)
                : (IEnumerable<string>)[];
            foreach (var path in paths.Where(static path => path.Length > 0).Distinct(StringComparer.Ordinal))
            {
                yield return new SecretUse(UseSource.Vault, Normal(path), null, "InjectorAnnotation", annotation.Name, uptake) { Within = SecretUse.AgentDelay };
            }
        }
    }

    /// <summary>A path of the key-value engine without the part by which its API tells versions apart: secret/data/a is secret/a.</summary>
    public static string Normal(string path)
    {
        var trimmed = path.Trim().Trim('/').Split('?')[0];
        var at = trimmed.IndexOf("/data/", StringComparison.Ordinal);
        return at < 0 ? trimmed : trimmed.Remove(at, "/data".Length);
    }

    private static IEnumerable<string> PathsIn(string template) => SecretCall().Matches(template).Select(static match => match.Groups["path"].Value);

    // {{ with secret "secret/data/proxy/jwt" }} and {{- secret `secret/data/proxy/jwt` -}}
    [GeneratedRegex("""\b(secret|pkiCert|secrets)\s+["`](?<path>[^"`]+)["`]""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex SecretCall();
}
