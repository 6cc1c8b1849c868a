using System.Globalization;
using System.Text.Json.Nodes;

namespace RotateSecrets.Peers.Vault.Engines;

/// <summary>Version 2 of the key-value engine.</summary>
internal sealed class KeyValue2Engine(TimeProvider time, Func<bool> hasCustomMetadata) : IEngine
{
    private const int DefaultVersions = 10;

    private readonly SortedDictionary<string, Secret> secrets = new(StringComparer.Ordinal);
    private int maxVersions;
    private string deleteAfter = "0s";

    public string Type => "kv";

    public JsonObject Options => new() { ["version"] = "2" };

    public bool Exists(string path) => path.Split('/', 2) is [_, var name] && secrets.TryGetValue(name, out var secret) && secret.Versions.Count > 0;

    public VaultAnswer Answer(VaultQuestion question, string path)
    {
        var (endpoint, name) = path.Split('/', 2) is [var first, var rest] ? (first, rest) : (path, string.Empty);
        return (endpoint, question.Method) switch
        {
            ("config", "GET") => VaultAnswer.Data(new JsonObject { ["cas_required"] = false, ["delete_version_after"] = deleteAfter, ["max_versions"] = maxVersions }),
            ("config", _) => Configure(question.Body),
            ("data", "GET") => Read(name, question.Query),
            ("data", "POST") => Write(name, question.Body),
            ("data", "DELETE") => Change(name, [Latest(name)], Delete),
            ("delete", "POST") => Change(name, Numbers(question.Body), Delete),
            ("undelete", "POST") => Change(name, Numbers(question.Body), static version => version.DeletedAt = null),
            ("destroy", "POST") => Change(name, Numbers(question.Body), static version => (version.IsDestroyed, version.Data) = (true, null)),
            ("metadata", "GET") => Describe(name),
            ("metadata", "LIST") => VaultAnswer.Keys(Folders.Under(secrets.Keys, name)),
            ("metadata", "POST") => Annotate(name, question.Body),
            ("metadata", "DELETE") => Remove(name),
            _ => VaultAnswer.Error(405, "1 error occurred:\n\t* unsupported operation\n\n"),
        };
    }

    private static int[] Numbers(JsonObject body) => [.. body["versions"]!.AsArray().Select(static number => int.Parse(number!.ToString(), CultureInfo.InvariantCulture))];

    private VaultAnswer Configure(JsonObject body)
    {
        maxVersions = body["max_versions"]?.GetValue<int>() ?? maxVersions;
        deleteAfter = body["delete_version_after"]?.GetValue<string>() ?? deleteAfter;
        return VaultAnswer.Nothing;
    }

    private int Latest(string name) => secrets.TryGetValue(name, out var secret) ? secret.Current : 0;

    private VaultAnswer Read(string name, IReadOnlyDictionary<string, string> query)
    {
        var wanted = query.TryGetValue("version", out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
        if (!secrets.TryGetValue(name, out var secret) || !secret.Versions.TryGetValue(wanted == 0 ? secret.Current : wanted, out var version))
        {
            return VaultAnswer.Error(404);
        }

        var isGone = version.IsDestroyed || version.DeletedAt <= time.GetUtcNow();
        var metadata = version.Describe();
        metadata["version"] = version.Number;
        return VaultAnswer.Data(new JsonObject { ["data"] = isGone ? null : version.Data!.DeepClone(), ["metadata"] = metadata }, isGone ? 404 : 200);
    }

    private VaultAnswer Write(string name, JsonObject body)
    {
        if (body["data"] is not JsonObject data)
        {
            return VaultAnswer.Error(400, "no data provided");
        }

        if (body["options"]?["cas"] is { } cas && cas.GetValue<int>() != Latest(name))
        {
            return VaultAnswer.Error(400, "check-and-set parameter did not match the current version");
        }

        var secret = secrets.TryGetValue(name, out var known) ? known : secrets[name] = new Secret();
        var lifetime = secret.DeleteAfter != "0s" ? secret.DeleteAfter : deleteAfter;
        var version = new Version(++secret.Current, time.GetUtcNow())
        {
            Data = (JsonObject)data.DeepClone(),
            DeletedAt = lifetime == "0s" ? null : time.GetUtcNow() + System.Xml.XmlConvert.ToTimeSpan("PT" + lifetime.ToUpperInvariant()),
        };
        secret.Versions[version.Number] = version;
        var kept = secret.MaxVersions != 0 ? secret.MaxVersions : maxVersions != 0 ? maxVersions : DefaultVersions;
        foreach (var old in secret.Versions.Keys.Where(number => number <= secret.Current - kept).ToList())
        {
            secret.Versions.Remove(old);
        }

        var described = version.Describe();
        described["version"] = version.Number;
        return VaultAnswer.Data(described);
    }

    private VaultAnswer Change(string name, IEnumerable<int> numbers, Action<Version> change)
    {
        if (!secrets.TryGetValue(name, out var secret))
        {
            return VaultAnswer.Error(404);
        }

        foreach (var number in numbers)
        {
            if (secret.Versions.TryGetValue(number, out var version) && !version.IsDestroyed)
            {
                change(version);
            }
        }

        return VaultAnswer.Nothing;
    }

    private void Delete(Version version) => version.DeletedAt = time.GetUtcNow();

    private VaultAnswer Describe(string name)
    {
        if (!secrets.TryGetValue(name, out var secret))
        {
            return VaultAnswer.Error(404);
        }

        var data = new JsonObject
        {
            ["cas_required"] = false,
            ["current_version"] = secret.Current,
            ["delete_version_after"] = secret.DeleteAfter,
            ["max_versions"] = secret.MaxVersions,
            ["oldest_version"] = secret.Versions.Count == 0 ? 0 : secret.Versions.Keys.Min(),
            ["versions"] = new JsonObject(secret.Versions.Select(static pair => KeyValuePair.Create(pair.Key.ToString(CultureInfo.InvariantCulture), (JsonNode?)pair.Value.Describe()))),
        };
        if (hasCustomMetadata())
        {
            data["custom_metadata"] = secret.Custom?.DeepClone();
        }

        return VaultAnswer.Data(data);
    }

    private VaultAnswer Annotate(string name, JsonObject body)
    {
        if (hasCustomMetadata() && body["custom_metadata"] is JsonObject custom)
        {
            if (custom.Count > 64 || custom.Any(static entry => entry.Key.Length > 128 || entry.Value!.ToString().Length > 512))
            {
                return VaultAnswer.Error(400, "custom_metadata validation failed");
            }
        }
        else
        {
            custom = null!;
        }

        var secret = secrets.TryGetValue(name, out var known) ? known : secrets[name] = new Secret();
        secret.Custom = (JsonObject?)custom?.DeepClone() ?? secret.Custom;
        secret.MaxVersions = body["max_versions"]?.GetValue<int>() ?? secret.MaxVersions;
        secret.DeleteAfter = body["delete_version_after"]?.GetValue<string>() ?? secret.DeleteAfter;
        return VaultAnswer.Nothing;
    }

    private VaultAnswer Remove(string name)
    {
        secrets.Remove(name);
        return VaultAnswer.Nothing;
    }

    private sealed class Secret
    {
        public int Current { get; set; }

        public int MaxVersions { get; set; }

        public string DeleteAfter { get; set; } = "0s";

        public JsonObject? Custom { get; set; }

        public SortedDictionary<int, Version> Versions { get; } = [];
    }

    private sealed class Version(int number, DateTimeOffset createdAt)
    {
        public int Number { get; } = number;

        public DateTimeOffset? DeletedAt { get; set; }

        public bool IsDestroyed { get; set; }

        public JsonObject? Data { get; set; }

        public JsonObject Describe() => new()
        {
            ["created_time"] = createdAt.ToString("O", CultureInfo.InvariantCulture),
            ["deletion_time"] = DeletedAt?.ToString("O", CultureInfo.InvariantCulture) ?? string.Empty,
            ["destroyed"] = IsDestroyed,
        };
    }
}
