using System.Text.Json.Nodes;

namespace AwsDouble;

/// <content>What is written.</content>
public sealed partial class SecretsManager
{
    private JsonObject Create(string region, JsonObject request)
    {
        var name = (string)request["Name"]!;
        if (!name.All(static c => char.IsAsciiLetterOrDigit(c) || "/_+=.@-".Contains(c, StringComparison.Ordinal)))
        {
            throw ServiceException.Parameter("Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!");
        }

        var id = server.NamesFirstVersionsItself ? Guid.NewGuid().ToString() : Token(request);
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

        var secret = new Secret(name, $"arn:aws:secretsmanager:{region}:{server.AccountNumber}:secret:{name}-AbCdEf", Now) { Tags = request["Tags"]?.ToJsonString() };
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
}
