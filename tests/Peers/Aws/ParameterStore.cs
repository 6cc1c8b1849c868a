using System.Text;
using System.Text.Json.Nodes;

namespace AwsDouble;

/// <summary>Parameter Store's operations, as the API reference of Systems Manager describes them.</summary>
public sealed class ParameterStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<Row>> parameters = new(StringComparer.Ordinal);

    public JsonObject Call(string operation, JsonObject request)
    {
        lock (gate)
        {
            return operation switch
            {
                "PutParameter" => Put(request),
                "GetParameter" => Get((string)request["Name"]!),
                "GetParameterHistory" => History(request),
                "LabelParameterVersion" => Label(request),
                "UnlabelParameterVersion" => Unlabel(request),
                "DeleteParameter" => parameters.Remove((string)request["Name"]!) ? [] : throw NotFound(),
                "DescribeParameters" => new JsonObject { ["Parameters"] = new JsonArray([.. parameters.Select(static pair => (JsonNode)new JsonObject { ["Name"] = pair.Key, ["Version"] = pair.Value[^1].Number })]) },
                _ => throw new ServiceException("UnknownOperationException", string.Empty),
            };
        }
    }

    /// <summary>The key and the tier of a parameter's youngest version.</summary>
    public (string? Key, string Tier) KindOf(string name)
    {
        lock (gate)
        {
            return (parameters[name][^1].Key, parameters[name][^1].Tier);
        }
    }

    /// <summary>A parameter's versions, oldest first: its number, value and labels.</summary>
    public IReadOnlyList<(long Number, string Value, IReadOnlyList<string> Labels)> Versions(string name)
    {
        lock (gate)
        {
            return [.. parameters[name].Select(static row => (row.Number, row.Value, (IReadOnlyList<string>)[.. row.Labels]))];
        }
    }

    private static ServiceException NotFound() => new("ParameterNotFound", string.Empty);

    private List<Row> Rows(JsonObject request) => parameters.GetValueOrDefault((string)request["Name"]!) ?? throw NotFound();

    private Row Version(JsonObject request) =>
        Rows(request).Find(row => row.Number == (long?)request["ParameterVersion"]) ?? throw new ServiceException("ParameterVersionNotFound", string.Empty);

    private JsonObject Put(JsonObject request)
    {
        var name = (string)request["Name"]!;
        if (!parameters.TryGetValue(name, out var rows))
        {
            parameters[name] = rows = [];
        }
        else if ((bool?)request["Overwrite"] != true)
        {
            throw new ServiceException("ParameterAlreadyExists", string.Empty);
        }

        if (rows.Count > 0 && request["Tags"] is not null)
        {
            throw new ServiceException("ValidationException", "tags and overwrite can't be used together.");
        }

        if (rows.Count >= 100)
        {
            if (rows[0].Labels.Count > 0)
            {
                throw new ServiceException("ParameterMaxVersionLimitExceeded", string.Empty);
            }

            rows.RemoveAt(0);
        }

        var number = rows.Count == 0 ? 1 : rows[^1].Number + 1;
        var type = (string?)request["Type"] ?? "SecureString";
        var tier = (string?)request["Tier"] ?? "Standard";
        if ((tier == "Standard" && rows is [.., { Tier: "Advanced" }]) || Encoding.UTF8.GetByteCount((string)request["Value"]!) > (tier == "Standard" ? 4096 : 8192))
        {
            throw new ServiceException("ValidationException", "Standard tier parameters support a maximum parameter value of 4096 characters.");
        }

        rows.Add(new Row(number, (string)request["Value"]!, type, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0, [])
        {
            // Whoever names no key gets the account's.
            Key = type == "SecureString" ? (string?)request["KeyId"] ?? "alias/aws/ssm" : null,
            Tier = tier,
        });
        return new JsonObject { ["Version"] = number, ["Tier"] = tier };
    }

    private JsonObject Get(string selector)
    {
        var parts = selector.Split(':');
        var rows = parameters.GetValueOrDefault(parts[0]) ?? throw NotFound();
        var row = parts is [_, var chosen] ? rows.Find(one => $"{one.Number}" == chosen || one.Labels.Contains(chosen)) ?? throw new ServiceException("ParameterVersionNotFound", string.Empty) : rows[^1];
        return new JsonObject { ["Parameter"] = new JsonObject { ["Name"] = parts[0], ["Type"] = row.Type, ["Value"] = row.Value, ["Version"] = row.Number, ["LastModifiedDate"] = row.At } };
    }

    private JsonObject History(JsonObject request)
    {
        var rows = Rows(request);
        var most = (int?)request["MaxResults"] ?? 50;
        if (most > 50)
        {
            throw new ServiceException("ValidationException", string.Empty);
        }

        var start = (string?)request["NextToken"] is { } token ? int.Parse(token) : 0;
        var answer = new JsonObject
        {
            ["Parameters"] = new JsonArray([.. rows.Skip(start).Take(most).Select(row => (JsonNode)new JsonObject
            {
                ["Name"] = (string)request["Name"]!, ["Type"] = row.Type, ["Version"] = row.Number, ["LastModifiedDate"] = row.At, ["Labels"] = Json.Array(row.Labels),
                ["KeyId"] = row.Key, ["Tier"] = row.Tier,
            })]),
        };
        if (start + most < rows.Count)
        {
            answer["NextToken"] = $"{start + most}";
        }

        return answer;
    }

    private JsonObject Label(JsonObject request)
    {
        var row = Version(request);
        var labels = request["Labels"]!.AsArray().Select(static label => (string)label!).ToList();
        var invalid = labels.Where(static label => char.IsAsciiDigit(label[0]) || label.StartsWith("aws", StringComparison.OrdinalIgnoreCase) || label.Length > 100).ToList();
        foreach (var label in labels.Except(invalid, StringComparer.Ordinal))
        {
            Rows(request).ForEach(one => one.Labels.Remove(label));
            row.Labels.Add(label);
        }

        return row.Labels.Count > 10
            ? throw new ServiceException("ParameterVersionLabelLimitExceeded", string.Empty)
            : new JsonObject { ["InvalidLabels"] = Json.Array(invalid), ["ParameterVersion"] = row.Number };
    }

    private JsonObject Unlabel(JsonObject request)
    {
        var row = Version(request);
        var labels = request["Labels"]!.AsArray().Select(static label => (string)label!).ToList();
        var gone = labels.Where(row.Labels.Remove).ToList();
        return new JsonObject { ["RemovedLabels"] = Json.Array(gone), ["InvalidLabels"] = Json.Array(labels.Except(gone, StringComparer.Ordinal)) };
    }

    private sealed record Row(long Number, string Value, string Type, double At, HashSet<string> Labels)
    {
        public string? Key { get; init; }

        public string Tier { get; init; } = "Standard";
    }
}
