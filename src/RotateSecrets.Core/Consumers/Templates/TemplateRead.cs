using System.Globalization;
using RotateSecrets.Secrets;

namespace RotateSecrets.Consumers.Templates;

/// <summary>A secret that a template of Vault's agent or injector reads.</summary>
/// <param name="Path">The path, as the interface of the engine has it: <c>secret/data/proxy/jwt</c>, without its query.</param>
/// <param name="Fields">The keys that it takes; empty for all of them.</param>
public sealed record TemplateRead(string Path, IReadOnlyList<string> Fields)
{
    /// <summary>The version that it asks for; null for whichever is the latest.</summary>
    public int? Version { get; init; }

    /// <summary>Whether the path goes on with what is only known when the template is rendered.</summary>
    public bool IsOpenEnded { get; init; }

    /// <summary>Reads a path with its query, as it stands in a template or an annotation.</summary>
    /// <param name="text">The path: <c>secret/data/proxy/jwt?version=2</c>.</param>
    /// <param name="fields">The keys that are taken; empty for all of them.</param>
    public static TemplateRead Of(string text, IReadOnlyList<string> fields)
    {
        var parts = text.Split('?', 2);
        var version = parts.Length == 1
            ? null
            : parts[1].Split('&').Select(static pair => pair.Split('=', 2)).Where(static pair => pair is ["version", _]).Select(static pair => pair[1]).FirstOrDefault();
        return new TemplateRead(parts[0].Trim('/'), fields)
        {
            Version = int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null,
        };
    }

    /// <summary>Whether it reads a secret, as far as its address tells: version 2 of the key-value engine has <c>data</c> between mount and name, other engines have nothing.</summary>
    /// <param name="address">The secret.</param>
    public bool Reads(SecretAddress address) =>
        (address.Field is null || Fields.Count == 0 || Fields.Contains(address.Field, StringComparer.Ordinal)) && Paths(address.Path).Any(Fits);

    /// <summary>Path and keys.</summary>
    public override string ToString() => Fields.Count == 0 ? Path : $"{Path}#{string.Join(',', Fields)}";

    private bool Fits(string path) => IsOpenEnded ? path.StartsWith(Path, StringComparison.Ordinal) : path == Path;

    private static IEnumerable<string> Paths(string path)
    {
        yield return path;
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return $"{path[..slash]}/data{path[slash..]}";
        }
    }
}
