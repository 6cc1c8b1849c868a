using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RotateSecrets.Aws.Tests.Client;

/// <summary>The official description of Secrets Manager, as Debian's python3-botocore brings it.</summary>
internal sealed class ServiceModel
{
    private const string Folder = "/usr/lib/python3/dist-packages/botocore/data/secretsmanager/2017-10-17/";

    // Every service may answer with these. Source: Secrets Manager API Reference, "Common Error Types".
    private static readonly string[] CommonErrors =
    [
        "AccessDeniedException", "ThrottlingException", "UnrecognizedClientException", "InvalidSignatureException",
        "MissingAuthenticationTokenException", "IncompleteSignatureException", "ExpiredTokenException",
    ];

    private readonly JsonNode model;

    private ServiceModel(JsonNode model) => this.model = model;

    /// <summary>The description; the test is skipped where there is none.</summary>
    public static ServiceModel Load()
    {
        if (File.Exists(Folder + "service-2.json"))
        {
            return new ServiceModel(JsonNode.Parse(File.ReadAllText(Folder + "service-2.json"))!);
        }

        Assert.SkipUnless(File.Exists(Folder + "service-2.json.gz"), "Install python3-botocore, which brings the official description of the service.");
        using var packed = new GZipStream(File.OpenRead(Folder + "service-2.json.gz"), CompressionMode.Decompress);
        return new ServiceModel(JsonNode.Parse(packed)!);
    }

    public string Target => (string)model["metadata"]!["targetPrefix"]!;

    public JsonObject Shape(string operation, bool isInput) => Shape((string)model["operations"]![operation]![isInput ? "input" : "output"]!["shape"]!);

    public IEnumerable<string> Operations => model["operations"]!.AsObject().Select(static pair => pair.Key);

    public IEnumerable<string> Exceptions => model["shapes"]!.AsObject().Where(static pair => (bool?)pair.Value!["exception"] == true).Select(static pair => pair.Key);

    public bool HasError(string operation, string code) =>
        CommonErrors.Contains(code, StringComparer.Ordinal) || model["operations"]![operation]!["errors"]!.AsArray().Any(error => (string)error!["shape"]! == code);

    /// <summary>What in a document isn't as the description says.</summary>
    public IEnumerable<string> Flaws(string operation, bool isInput, string json) => Flaws(Shape(operation, isInput), JsonNode.Parse(json), operation);

    private JsonObject Shape(string name) => model["shapes"]![name]!.AsObject();

    private IEnumerable<string> Flaws(JsonObject shape, JsonNode? value, string place) => ((string)shape["type"]!, value) switch
    {
        ("structure", JsonObject given) => OfStructure(shape, given, place),
        ("list", JsonArray items) => Size(shape, items.Count, place).Concat(items.SelectMany((item, i) => Flaws(Shape((string)shape["member"]!["shape"]!), item, $"{place}[{i}]"))),
        ("map", JsonObject pairs) => pairs.SelectMany(pair => Flaws(Shape((string)shape["value"]!["shape"]!), pair.Value, $"{place}.{pair.Key}")
            .Concat(Flaws(Shape((string)shape["key"]!["shape"]!), JsonValue.Create(pair.Key), $"{place} key"))),
        ("string", JsonValue text) when text.TryGetValue<string>(out var characters) => OfText(shape, characters, place),
        ("blob", JsonValue blob) when blob.TryGetValue<string>(out var base64) => Size(shape, Convert.FromBase64String(base64).Length, place),
        ("boolean", JsonValue truth) when truth.TryGetValue<bool>(out _) => [],
        ("timestamp", JsonValue time) when time.TryGetValue<double>(out _) => [],
        ("integer" or "long", JsonValue number) when number.TryGetValue<long>(out var whole) =>
            whole < ((long?)shape["min"] ?? long.MinValue) || whole > ((long?)shape["max"] ?? long.MaxValue) ? [$"{place} is {whole}"] : [],
        var (type, _) => [$"{place} is no {type}"],
    };

    private IEnumerable<string> OfStructure(JsonObject shape, JsonObject given, string place)
    {
        var members = shape["members"]!.AsObject();
        return (shape["required"]?.AsArray() ?? []).Select(static name => (string)name!).Where(name => !given.ContainsKey(name)).Select(name => $"{place} lacks {name}")
            .Concat(given.SelectMany(pair => members[pair.Key] is { } member
                ? Flaws(Shape((string)member["shape"]!), pair.Value, $"{place}.{pair.Key}")
                : [$"{place} has no member {pair.Key}"]));
    }

    private static IEnumerable<string> OfText(JsonObject shape, string text, string place)
    {
        foreach (var flaw in Size(shape, Encoding.UTF8.GetByteCount(text), place))
        {
            yield return flaw;
        }

        if ((string?)shape["pattern"] is { } pattern && !Regex.IsMatch(text, pattern, RegexOptions.None, TimeSpan.FromSeconds(1)))
        {
            yield return $"{place} doesn't match {pattern}";
        }

        if (shape["enum"]?.AsArray() is { } values && !values.Any(value => (string)value! == text))
        {
            yield return $"{place} is none of the values that there are";
        }
    }

    private static IEnumerable<string> Size(JsonObject shape, int size, string place) =>
        size < ((int?)shape["min"] ?? 0) || size > ((int?)shape["max"] ?? int.MaxValue) ? [$"{place} has the size {size}"] : [];
}
