using System.Text.Json;
using RotateSecrets.Aws.Store;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Audit;

/// <summary>One CloudTrail record about a secret.</summary>
internal static class CloudTrailRecord
{
    /// <summary>Reads a record; what isn't about a secret gives nothing.</summary>
    /// <param name="json">The record.</param>
    /// <param name="store">The store's name, for the event's address.</param>
    /// <param name="account">The account whose secrets count; null for all.</param>
    public static IReadOnlyList<StoreAuditEvent> Read(ReadOnlySpan<byte> json, string store, string? account)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 128 });
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.TryGetProperty("Records", out var records) && records.ValueKind == JsonValueKind.Array)
            {
                // A document that isn't laid out as CloudTrail does it came whole.
                return [.. records.EnumerateArray().SelectMany(record => Read(record, store, account))];
            }

            return [.. Read(document.RootElement, store, account)];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static IEnumerable<StoreAuditEvent> Read(JsonElement record, string store, string? account)
    {
        if (Text(record, "eventSource") != "secretsmanager.amazonaws.com"
            || Text(record, "eventName") is not { } name
            || !record.TryGetProperty("requestParameters", out var asked)
            || !record.TryGetProperty("eventTime", out var time) || time.ValueKind != JsonValueKind.String || !time.TryGetDateTimeOffset(out var at))
        {
            yield break;
        }

        var identity = record.TryGetProperty("userIdentity", out var user) ? user : default;
        foreach (var secret in Secrets(asked))
        {
            if (SecretAddress.TryCreate(store, secret).Succeeded(out var address, out _)
                && (account is null || (SecretName.AccountOf(secret) ?? Text(record, "recipientAccountId") ?? account) == account))
            {
                yield return new StoreAuditEvent(
                    at,
                    Text(record, "errorCode") is { } error ? $"{name} ({error})" : Operation(name),
                    address,
                    Version(name, asked),
                    Text(identity, "arn") ?? Text(identity, "invokedBy") ?? Text(identity, "principalId") ?? Text(identity, "type") ?? "unknown",
                    Text(record, "sourceIPAddress"));
            }
        }
    }

    // One secret, or as many as BatchGetSecretValue names.
    private static IEnumerable<string> Secrets(JsonElement asked) =>
        (Text(asked, "secretId") ?? Text(asked, "name")) is { } secret ? [secret]
        : asked.ValueKind == JsonValueKind.Object && asked.TryGetProperty("secretIdList", out var several) && several.ValueKind == JsonValueKind.Array
            ? several.EnumerateArray().Where(static one => one.ValueKind == JsonValueKind.String).Select(static one => one.GetString()!)
        : [];

    private static string Operation(string name) => name switch
    {
        "GetSecretValue" or "BatchGetSecretValue" => "read",
        "CreateSecret" or "PutSecretValue" or "UpdateSecret" => "write",
        "UpdateSecretVersionStage" => "promote",
        _ => name,
    };

    // The record tells what was asked for: a version's id, or else the label that it was found by.
    private static string? Version(string name, JsonElement asked) => name switch
    {
        "GetSecretValue" => Text(asked, "versionId") ?? Text(asked, "versionStage") ?? "AWSCURRENT",
        "BatchGetSecretValue" => "AWSCURRENT",
        "CreateSecret" or "PutSecretValue" or "UpdateSecret" or "RotateSecret" => Text(asked, "clientRequestToken"),
        "UpdateSecretVersionStage" => Text(asked, "moveToVersionId") ?? Text(asked, "removeFromVersionId"),
        _ => null,
    };

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
