using System.Text;
using System.Text.Json.Nodes;

namespace AwsDouble;

/// <summary>Secrets Manager's operations, as its API reference describes them.</summary>
public sealed class SecretsManager(DoubleServer server)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Region, string Name), Secret> secrets = [];
    private readonly Dictionary<(string Region, string Name), (Secret? Earlier, int Reads)> stale = [];
    private readonly Dictionary<string, int> pages = new(StringComparer.Ordinal);

    /// <summary>How many reads after a write still see what was before it.</summary>
    public int Lag { get; set; }

    /// <summary>How many descriptions it takes a replica to follow, or the function to rotate.</summary>
    public int Delay { get; set; } = 2;

    /// <summary>Whether the function ends in an error.</summary>
    public bool FunctionFails { get; set; }

    public Secret Get(string name) => Read(server.Region, name, static secret => secret);

    public void Change(string name, Func<Secret, Secret> change)
    {
        lock (gate)
        {
            secrets[(server.Region, name)] = change(secrets[(server.Region, name)]);
        }
    }

    public JsonObject Call(string operation, string region, JsonObject request)
    {
        lock (gate)
        {
            return operation switch
            {
                "CreateSecret" => Create(region, request),
                "PutSecretValue" => Put(region, request),
                "GetSecretValue" => GetValue(region, request),
                "DescribeSecret" => Describe(region, request),
                "ListSecretVersionIds" => ListVersions(region, request),
                "ListSecrets" => List(region, request),
                "UpdateSecretVersionStage" => Move(region, request),
                "GetResourcePolicy" => Policy(region, request),
                "DeleteSecret" => Delete(region, request),
                "RestoreSecret" => Restore(region, request),
                "RotateSecret" => Rotate(region, request),
                _ => throw new ServiceException("UnknownOperationException", string.Empty),
            };
        }
    }

    private static double Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;

    private static string Name(string region, string id) => id.StartsWith("arn:", StringComparison.Ordinal)
        ? id.Split(':') is ["arn", "aws", "secretsmanager", var there, DoubleServer.Account, "secret", var suffixed] && there == region
            ? suffixed[..^7]
            : throw ServiceException.NotFound()
        : id;

    private static JsonObject Head(Secret secret) => new() { ["ARN"] = secret.Arn, ["Name"] = secret.Name };

    private static Secret Alive(Secret secret) => secret.DeletedAt is null
        ? secret
        : throw ServiceException.Request("You can't perform this operation on the secret because it was marked for deletion.");

    private static SecretRow Row(JsonObject request, string id)
    {
        var row = new SecretRow(id, Now) { Text = (string?)request["SecretString"], Binary = (string?)request["SecretBinary"] };
        if (row is { Text: not null, Binary: not null })
        {
            throw ServiceException.Request("You can't specify both a binary secret value and a string secret value in the same secret.");
        }

        return Encoding.UTF8.GetByteCount(row.Text ?? string.Empty) > 65536 || row.Text is { Length: 0 }
            ? throw ServiceException.Parameter("The secret value is empty or too long.")
            : row;
    }

    private static string Token(JsonObject request)
    {
        var token = (string?)request["ClientRequestToken"] ?? Guid.NewGuid().ToString();
        return token.Length is >= 32 and <= 64 ? token : throw ServiceException.Parameter("ClientRequestToken must be 32-64 characters long.");
    }

    private T Read<T>(string region, string id, Func<Secret, T> read)
    {
        lock (gate)
        {
            var key = (region, Name(region, id));
            if (stale.TryGetValue(key, out var old) && old.Reads > 0)
            {
                stale[key] = (old.Earlier, old.Reads - 1);
                return read(old.Earlier ?? throw ServiceException.NotFound());
            }

            return read(secrets.GetValueOrDefault(key) ?? throw ServiceException.NotFound());
        }
    }

    private Secret Own(string region, JsonObject request) =>
        secrets.GetValueOrDefault((region, Name(region, (string)request["SecretId"]!))) ?? throw ServiceException.NotFound();

    private void Save(string region, Secret secret)
    {
        stale[(region, secret.Name)] = (secrets.GetValueOrDefault((region, secret.Name)), Lag);
        secrets[(region, secret.Name)] = secret;
        foreach (var (there, _) in secret.Replicas)
        {
            pages[there + secret.Name] = Delay;
        }
    }

    private JsonObject Create(string region, JsonObject request)
    {
        var name = (string)request["Name"]!;
        if (!name.All(static c => char.IsAsciiLetterOrDigit(c) || "/_+=.@-".Contains(c, StringComparison.Ordinal)))
        {
            throw ServiceException.Parameter("Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!");
        }

        var id = Token(request);
        var row = Row(request, id);
        if (secrets.TryGetValue((region, name), out var earlier))
        {
            if (earlier.DeletedAt is not null)
            {
                throw ServiceException.Request("You can't create this secret because a secret with this name is already scheduled for deletion.");
            }

            if (earlier.Find(id) is not { } same || same.Text != row.Text || same.Binary != row.Binary)
            {
                throw new ServiceException("ResourceExistsException", $"The operation failed because the secret {name} already exists.");
            }

            return new JsonObject { ["ARN"] = earlier.Arn, ["Name"] = name, ["VersionId"] = id };
        }

        var secret = new Secret(name, $"arn:aws:secretsmanager:{region}:{DoubleServer.Account}:secret:{name}-AbCdEf", Now) { Tags = request["Tags"]?.ToJsonString() };
        if (row.HasValue)
        {
            secret = (secret with { Versions = [row] }).WithLabels(id, "AWSCURRENT");
        }

        Save(region, secret);
        var answer = Head(secret);
        if (row.HasValue)
        {
            answer["VersionId"] = id;
        }

        return answer;
    }

    private JsonObject Put(string region, JsonObject request)
    {
        var secret = Alive(Own(region, request));
        var id = Token(request);
        var row = Row(request, id);
        if (!row.HasValue)
        {
            throw ServiceException.Parameter("You must provide either SecretString or SecretBinary.");
        }

        if (secret.Find(id) is { HasValue: true } same)
        {
            return same.Text == row.Text && same.Binary == row.Binary
                ? Answer(secret, same)
                : throw new ServiceException("ResourceExistsException", $"You can't use ClientRequestToken {id} because that value is already in use for a version of secret {secret.Arn}.");
        }

        var labels = request["VersionStages"]?.AsArray().Select(static label => (string)label!).ToList() ?? ["AWSCURRENT"];
        if (labels.Count is 0 or > 20)
        {
            throw ServiceException.Parameter("1 to 20 staging labels.");
        }

        if (secret.Versions.Count == 0)
        {
            labels.Add("AWSCURRENT");
        }

        if (secret.Versions.Count >= 100)
        {
            throw new ServiceException("LimitExceededException", "The secret has too many versions.");
        }

        secret = (secret with { Versions = [.. secret.Versions, row] }).WithLabels(id, labels);
        Save(region, secret);
        return Answer(secret, secret.Find(id)!);

        static JsonObject Answer(Secret secret, SecretRow version)
        {
            var answer = Head(secret);
            answer["VersionId"] = version.Id;
            answer["VersionStages"] = Json.Array(version.Labels);
            return answer;
        }
    }

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

    private JsonObject Move(string region, JsonObject request)
    {
        var secret = Alive(Own(region, request));
        var label = (string)request["VersionStage"]!;
        var from = (string?)request["RemoveFromVersionId"];
        var to = (string?)request["MoveToVersionId"];
        var holder = secret.Labelled(label);
        if ((to is not null && secret.Find(to) is null) || (from is not null && secret.Find(from) is null))
        {
            throw new ServiceException("ResourceNotFoundException", "Secrets Manager can't find the specified secret version.");
        }

        if (holder?.Id != from && !(holder is not null && holder.Id == to && from is null))
        {
            throw ServiceException.Parameter($"The parameter RemoveFromVersionId can't be empty or another version. Staging label {label} is currently attached to version {holder?.Id}, so you must explicitly reference that version in RemoveFromVersionId.");
        }

        if (label == "AWSCURRENT" && to is null)
        {
            throw ServiceException.Parameter("You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.");
        }

        secret = secret.WithLabels(to, label);
        Save(region, secret);
        return Head(secret);
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

    private JsonObject Delete(string region, JsonObject request)
    {
        var secret = Own(region, request);
        if (secret.DeletedAt is null)
        {
            var days = (int?)request["RecoveryWindowInDays"] ?? 30;
            secret = days is >= 7 and <= 30
                ? secret with { DeletedAt = Now + (days * 86400) }
                : throw ServiceException.Parameter("RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
            Save(region, secret);
        }

        var answer = Head(secret);
        answer["DeletionDate"] = secret.DeletedAt;
        return answer;
    }

    private JsonObject Restore(string region, JsonObject request)
    {
        var secret = Own(region, request) with { DeletedAt = null };
        Save(region, secret);
        return Head(secret);
    }

    private JsonObject Rotate(string region, JsonObject request)
    {
        var secret = Alive(Own(region, request));
        if (secret.RotationFunction is null)
        {
            throw ServiceException.Request("No Lambda rotation function ARN is associated with this secret.");
        }

        var id = Token(request);
        var answer = Head(secret);
        answer["VersionId"] = id;
        if (secret.Find(id) is null)
        {
            if (secret.Labelled("AWSPENDING") is { } pending && !pending.Labels.Contains("AWSCURRENT"))
            {
                throw ServiceException.Request("A previous rotation isn't complete. That rotation will be reattempted.");
            }

            Save(region, (secret with { Versions = [.. secret.Versions, new SecretRow(id, Now)] }).WithLabels(id, "AWSPENDING"));
            pages["rotate" + secret.Name] = Delay;
        }

        return answer;
    }

    // The function: it writes the value into the pending version, and makes that current.
    private void Finish(string region, string name)
    {
        if (!pages.TryGetValue("rotate" + name, out var left) || FunctionFails)
        {
            return;
        }

        pages["rotate" + name] = left - 1;
        if (left > 0)
        {
            return;
        }

        pages.Remove("rotate" + name);
        var secret = secrets[(region, name)];
        var id = secret.Labelled("AWSPENDING")!.Id;
        Save(region, (secret with
        {
            Versions = [.. secret.Versions.Select(version => version.Id == id ? version with { Text = $"rotated-by-function-{id}" } : version)],
        }).WithLabels(id, "AWSCURRENT"));
    }
}
