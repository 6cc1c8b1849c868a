using System.Text.Json.Nodes;

namespace RotateSecrets.Peers.Vault.Engines;

/// <summary>Version 1 of the key-value engine.</summary>
internal sealed class KeyValue1Engine : IEngine
{
    private readonly SortedDictionary<string, JsonObject> secrets = new(StringComparer.Ordinal);

    public string Type => "kv";

    public JsonObject Options => new() { ["version"] = "1" };

    public bool Exists(string path) => secrets.ContainsKey(path);

    public VaultAnswer Answer(VaultQuestion question, string path)
    {
        switch (question.Method)
        {
            case "GET":
                return secrets.TryGetValue(path, out var found) ? VaultAnswer.Data((JsonObject)found.DeepClone()) : VaultAnswer.Error(404);
            case "LIST":
                return VaultAnswer.Keys(Folders.Under(secrets.Keys, path));
            case "DELETE":
                secrets.Remove(path);
                return VaultAnswer.Nothing;
            default:
                secrets[path] = (JsonObject)question.Body.DeepClone();
                return VaultAnswer.Nothing;
        }
    }
}

/// <summary>What a folder holds: secrets, and folders with a slash at their ends.</summary>
internal static class Folders
{
    public static IEnumerable<string> Under(IEnumerable<string> paths, string folder)
    {
        var prefix = folder.Trim('/') is { Length: > 0 } name ? name + "/" : string.Empty;
        return paths.Where(path => path.StartsWith(prefix, StringComparison.Ordinal))
            .Select(path => path[prefix.Length..])
            .Select(static rest => rest.IndexOf('/') is >= 0 and var slash ? rest[..(slash + 1)] : rest)
            .Distinct(StringComparer.Ordinal);
    }
}
