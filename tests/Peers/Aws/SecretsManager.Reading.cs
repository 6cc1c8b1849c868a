using System.Text.Json.Nodes;

namespace AwsDouble;

/// <content>What is read.</content>
public sealed partial class SecretsManager
{
    private JsonObject GetValue(string region, JsonObject request)
    {
        var id = (string?)request["VersionId"];
        var label = (string?)request["VersionStage"] ?? (id is null ? "AWSCURRENT" : null);
        return Read(region, (string)request["SecretId"]!, secret =>
        {
            var version = id is null ? Alive(secret).Labelled(label!) : Alive(secret).Find(id);
            if (version is not { HasValue: true })
            {
                throw new ServiceException("ResourceNotFoundException", $"Secrets Manager can't find the specified secret value for {(id is null ? "staging label" : "VersionId")}: {id ?? label}");
            }

            var answer = Head(secret);
            answer["VersionId"] = version.Id;
            answer["CreatedDate"] = version.CreatedAt;
            if (version.Labels.Count > 0)
            {
                answer["VersionStages"] = Json.Array(version.Labels);
            }

            answer[version.Text is null ? "SecretBinary" : "SecretString"] = version.Text ?? version.Binary;
            return answer;
        });
    }

    private JsonObject Describe(string region, JsonObject request)
    {
        var id = (string)request["SecretId"]!;
        var name = Name(region, id);
        if (region != server.Region && secrets.TryGetValue((server.Region, name), out var primary))
        {
            // A replica has what its primary had, and follows after a while.
            var left = pages.GetValueOrDefault(region + name);
            pages[region + name] = Math.Max(0, left - 1);
            return left > 0 ? throw ServiceException.NotFound() : Describe(primary);
        }

        Finish(region, name);
        return Read(region, id, Describe);
    }

    private static JsonObject Describe(Secret secret)
    {
        var answer = Head(secret);
        answer["CreatedDate"] = secret.CreatedAt;
        answer["LastChangedDate"] = secret.Versions.Select(static version => version.CreatedAt).DefaultIfEmpty(secret.CreatedAt).Max();
        answer["VersionIdsToStages"] = secret.Stages();
        Set("DeletedDate", secret.DeletedAt is { } at ? JsonValue.Create(at) : null);
        Set("KmsKeyId", secret.KmsKeyId is { } key ? JsonValue.Create(key) : null);
        Set("PrimaryRegion", secret.PrimaryRegion is { } primary ? JsonValue.Create(primary) : null);
        Set("Tags", secret.Tags is { } tags ? JsonNode.Parse(tags) : null);
        Set("RotationEnabled", secret.RotationFunction is null ? null : JsonValue.Create(true));
        Set("RotationLambdaARN", secret.RotationFunction is { } function ? JsonValue.Create(function) : null);
        Set("ReplicationStatus", secret.Replicas.Count == 0 ? null : new JsonArray([.. secret.Replicas.Select(static replica => (JsonNode)new JsonObject
        {
            ["Region"] = replica.Region,
            ["Status"] = replica.Status,
        })]));
        return answer;

        void Set(string member, JsonNode? value)
        {
            if (value is not null)
            {
                answer[member] = value;
            }
        }
    }

    private JsonObject ListVersions(string region, JsonObject request)
    {
        Finish(region, Name(region, (string)request["SecretId"]!));
        return Read(region, (string)request["SecretId"]!, secret =>
        {
            var all = secret.Versions.Where(version => version.Labels.Count > 0 || (bool?)request["IncludeDeprecated"] == true).ToList();
            var start = (string?)request["NextToken"] is { } token ? int.Parse(token) : 0;
            var most = (int?)request["MaxResults"] ?? 100;
            var answer = Head(secret);
            answer["Versions"] = new JsonArray([.. all.Skip(start).Take(most).Select(static version =>
            {
                var entry = new JsonObject { ["VersionId"] = version.Id, ["CreatedDate"] = version.CreatedAt };
                if (version.Labels.Count > 0)
                {
                    entry["VersionStages"] = Json.Array(version.Labels);
                }

                return (JsonNode)entry;
            })]);
            if (start + most < all.Count)
            {
                answer["NextToken"] = $"{start + most}";
            }

            return answer;
        });
    }

    private JsonObject List(string region, JsonObject request)
    {
        var prefix = request["Filters"]?.AsArray().Where(static filter => (string?)filter!["Key"] == "name").Select(static filter => (string?)filter!["Values"]![0]).FirstOrDefault() ?? string.Empty;
        var all = secrets.Where(pair => pair.Key.Region == region && pair.Value.DeletedAt is null && pair.Key.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(static pair => pair.Value).OrderBy(static secret => secret.CreatedAt).ToList();
        var start = (string?)request["NextToken"] is { } token ? int.Parse(token) : 0;
        var most = Math.Min((int?)request["MaxResults"] ?? 100, server.PageSize);
        var answer = new JsonObject
        {
            ["SecretList"] = new JsonArray([.. all.Skip(start).Take(most).Select(static secret =>
            {
                var entry = Head(secret);
                entry["CreatedDate"] = secret.CreatedAt;
                entry["SecretVersionsToStages"] = secret.Stages();
                return (JsonNode)entry;
            })]),
        };
        if (start + most < all.Count)
        {
            answer["NextToken"] = $"{start + most}";
        }

        return answer;
    }

    private JsonObject Policy(string region, JsonObject request)
    {
        var secret = Alive(Own(region, request));
        var answer = Head(secret);
        if (secret.Policy is { } policy)
        {
            answer["ResourcePolicy"] = policy;
        }

        return answer;
    }
}
