using System.Text.Json.Nodes;

namespace AwsDouble;

/// <summary>A version, as the service keeps it.</summary>
public sealed record SecretRow(string Id, double CreatedAt)
{
    public string? Text { get; init; }

    public string? Binary { get; init; }

    public IReadOnlySet<string> Labels { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    public bool HasValue => Text is not null || Binary is not null;
}

/// <summary>A secret, as the service keeps it. It is replaced whole on every change, so that an earlier state can be shown for a while.</summary>
public sealed record Secret(string Name, string Arn, double CreatedAt)
{
    public IReadOnlyList<SecretRow> Versions { get; init; } = [];

    public double? DeletedAt { get; init; }

    public string? Policy { get; init; }

    public string? KmsKeyId { get; init; }

    public string? PrimaryRegion { get; init; }

    public string? RotationFunction { get; init; }

    public string? Tags { get; init; }

    public IReadOnlyList<(string Region, string Status)> Replicas { get; init; } = [];

    public SecretRow? Find(string id) => Versions.FirstOrDefault(version => version.Id == id);

    public SecretRow? Labelled(string label) => Versions.FirstOrDefault(version => version.Labels.Contains(label));

    /// <summary>Takes labels from whoever has them, and gives them to one version; AWSPREVIOUS follows AWSCURRENT.</summary>
    public Secret WithLabels(string? to, params IEnumerable<string> labels)
    {
        var moved = labels.ToHashSet(StringComparer.Ordinal);
        var replaced = moved.Contains("AWSCURRENT") && to is not null ? Labelled("AWSCURRENT") : null;
        return this with
        {
            Versions =
            [
                .. Versions.Select(version => version with
                {
                    Labels = version.Labels.Except(moved)
                        .Except(replaced is null ? [] : ["AWSPREVIOUS"])
                        .Union(version.Id == to ? moved : [])
                        .Union(version.Id == replaced?.Id && version.Id != to ? ["AWSPREVIOUS"] : [])
                        .ToHashSet(StringComparer.Ordinal),
                }),
            ],
        };
    }

    public JsonObject Stages() => new(
        Versions.Where(static version => version.Labels.Count > 0).Select(static version => KeyValuePair.Create(version.Id, (JsonNode?)Json.Array(version.Labels))));
}

/// <summary>Makes JSON.</summary>
internal static class Json
{
    public static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(static text => (JsonNode?)JsonValue.Create(text))]);
}
