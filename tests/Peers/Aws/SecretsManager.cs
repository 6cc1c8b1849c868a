using System.Text;
using System.Text.Json.Nodes;

namespace AwsDouble;

/// <summary>Secrets Manager's operations, as its API reference describes them.</summary>
public sealed partial class SecretsManager(DoubleServer server)
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

    private string Name(string region, string id) => id.StartsWith("arn:", StringComparison.Ordinal)
        ? id.Split(':') is ["arn", "aws", "secretsmanager", var there, var account, "secret", var suffixed] && there == region && account == server.AccountNumber
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
}
