using System.Text.Json;
using RotateSecrets.Consumers;
using RotateSecrets.Consumers.Templates;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Pods;

/// <summary>Reads the annotations by which the Vault injector gives a pod an agent: the paths that it reads, and those in its templates.</summary>
internal static class InjectorAnnotations
{
    private const string Prefix = "vault.hashicorp.com/";
    private const string SecretPrefix = Prefix + "agent-inject-secret-";
    private const string TemplatePrefix = Prefix + "agent-inject-template-";

    /// <summary>Reads a template's annotations.</summary>
    public static IEnumerable<SecretUse> Read(JsonElement annotations)
    {
        // An agent that only fills the file before the pod starts doesn't come back to it.
        var uptake = annotations.Text(Prefix + "agent-pre-populate-only") == "true" ? Uptake.Restart : Uptake.Wait;
        foreach (var annotation in annotations.Members().Where(static one => one.Value.ValueKind == JsonValueKind.String))
        {
            foreach (var read in Reads(annotations, annotation.Name, annotation.Value.GetString()!).Where(static read => read.Path.Length > 0).DistinctBy(static read => read.ToString(), StringComparer.Ordinal))
            {
                yield return new SecretUse(UseSource.Vault, read.Path, null, "InjectorAnnotation", annotation.Name, uptake) { Within = SecretUse.AgentDelay, Read = read };
            }
        }
    }

    private static IEnumerable<TemplateRead> Reads(JsonElement annotations, string name, string text)
    {
        if (name.StartsWith(SecretPrefix, StringComparison.Ordinal))
        {
            // Which of its keys are written into the file, the template of the same name says; without one it is all of them.
            return annotations.Text(TemplatePrefix + name[SecretPrefix.Length..]) is { } template && AgentTemplate.Find(template).Any(read => read.Path == TemplateRead.Of(text.Trim(), []).Path) ? [] : [TemplateRead.Of(text.Trim(), [])];
        }

        if (!name.StartsWith(TemplatePrefix, StringComparison.Ordinal))
        {
            return [];
        }

        var end = name[TemplatePrefix.Length..];
        return annotations.Text($"{Prefix}agent-template-left-delim-{end}") is { Length: > 0 } left && annotations.Text($"{Prefix}agent-template-right-delim-{end}") is { Length: > 0 } right
            ? AgentTemplate.Find(text, left, right)
            : AgentTemplate.Find(text);
    }
}
