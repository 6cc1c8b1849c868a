using System.Text.Json;
using System.Text.Json.Nodes;
using RotateSecrets.Consumers.Templates;
using RotateSecrets.Outcomes;
using RotateSecrets.Vault.Login;

namespace RotateSecrets.Vault.Agents;

/// <summary>What an agent writes for its clients.</summary>
/// <param name="Destination">The file; null where it is an environment variable.</param>
/// <param name="Variable">The environment variable of the process that the agent runs; null where it is a file.</param>
/// <param name="Reads">The secrets that go into it.</param>
internal sealed record AgentOutput(string? Destination, string? Variable, IReadOnlyList<TemplateRead> Reads);

/// <summary>
/// The configuration of Vault's agent, in HCL or JSON: a file, or a folder whose files count together. Source: Vault's pages "Vault Agent", "Template" and "Process supervisor mode".
/// </summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Outputs">What it writes.</param>
/// <param name="Interval">How often it reads again what has no lease.</param>
internal sealed record AgentConfig(string Path, IReadOnlyList<AgentOutput> Outputs, TimeSpan Interval)
{
    private const long LargestFile = 16 << 20;

    // static_secret_render_interval, where nothing is said.
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMinutes(5);

    /// <summary>Reads a configuration, with the files of its templates.</summary>
    /// <param name="path">The file or folder.</param>
    public static Outcome<AgentConfig> Read(string path)
    {
        var outputs = new List<AgentOutput>();
        var interval = DefaultInterval;
        foreach (var file in Files(path))
        {
            if (Text(file).Failed(out var failure, out var text) || Parse(text, file).Failed(out failure, out var tree))
            {
                return failure;
            }

            foreach (var settings in Maps(tree["template_config"]))
            {
                interval = settings["static_secret_render_interval"] is JsonValue value && GoDuration.TryParse(value.ToString(), out var said) && said > TimeSpan.Zero ? said : interval;
            }

            foreach (var (variable, template) in Maps(tree["template"]).Select(static template => ((string?)null, template)).Concat(Labelled(tree["env_template"])))
            {
                if (Output(template, variable, System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file))!).Failed(out failure, out var output))
                {
                    return failure;
                }

                outputs.Add(output);
            }
        }

        return new AgentConfig(path, outputs, interval);
    }

    private static IEnumerable<string> Files(string path) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path).Where(static file => file.EndsWith(".hcl", StringComparison.Ordinal) || file.EndsWith(".json", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        : [path];

    private static Outcome<string> Text(string file)
    {
        try
        {
            return new FileInfo(file).Length > LargestFile
                ? new Failure(FailureCode.DocumentInvalid, file, $"{file} is too large to be what it should be.")
                : File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Failure(FailureCode.FileNotFound, file, $"{file}, which configures an agent, can't be read: what the agent reads isn't known.");
        }
    }

    private static Outcome<JsonObject> Parse(string text, string file)
    {
        if (!text.AsSpan().TrimStart().StartsWith("{"))
        {
            return HclReader.Read(text, file);
        }

        try
        {
            var parsed = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip }) as JsonObject ?? [];

            // A name that stands there twice is only noticed when the names are looked at.
            return parsed.Count >= 0 ? parsed : [];
        }
        catch (JsonException e)
        {
            return new Failure(FailureCode.DocumentInvalid, file, FormattableString.Invariant($"{file}, line {(e.LineNumber ?? 0) + 1}: this is no JSON."));
        }
        catch (ArgumentException)
        {
            return new Failure(FailureCode.DocumentInvalid, file, $"{file} has a name twice in one map.");
        }
    }

    private static Outcome<AgentOutput> Output(JsonObject template, string? variable, string folder)
    {
        var text = One(template["contents"]);
        if (text is null && One(template["source"]) is { } source && Text(System.IO.Path.Combine(folder, source)).Failed(out var failure, out text))
        {
            return failure;
        }

        var reads = AgentTemplate.Find(
            text ?? string.Empty, One(template["left_delimiter"]) is { Length: > 0 } left ? left : "{{", One(template["right_delimiter"]) is { Length: > 0 } right ? right : "}}");
        return new AgentOutput(variable is null && One(template["destination"]) is { } destination ? System.IO.Path.Combine(folder, destination) : null, variable, reads);
    }

    private static string? One(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    // A block stands as a list of maps, or as one map.
    private static IEnumerable<JsonObject> Maps(JsonNode? node) => node switch
    {
        JsonObject one => [one],
        JsonArray several => several.OfType<JsonObject>(),
        _ => [],
    };

    private static IEnumerable<(string? Label, JsonObject Map)> Labelled(JsonNode? node) =>
        Maps(node).SelectMany(static labels => labels.SelectMany(static label => Maps(label.Value).Select(map => ((string?)label.Key, map))));
}
