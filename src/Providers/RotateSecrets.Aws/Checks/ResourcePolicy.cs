using System.Text.Json;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Checks;

/// <summary>A secret's resource policy: who else it lets read the secret.</summary>
internal static class ResourcePolicy
{
    /// <summary>Those whom a policy allows to read the value, as it names them.</summary>
    /// <param name="policy">The policy's JSON.</param>
    /// <param name="address">The secret.</param>
    public static Outcome<IReadOnlyList<string>> Readers(string policy, SecretAddress address)
    {
        try
        {
            using var document = JsonDocument.Parse(policy);
            var readers = new List<string>();
            foreach (var statement in Each(document.RootElement.GetProperty("Statement")))
            {
                if (statement.GetProperty("Effect").GetString() == "Allow"
                    && (!statement.TryGetProperty("Action", out var actions) || Each(actions).Any(static action => Reads(action.GetString()!))))
                {
                    readers.AddRange(Principals(statement));
                }
            }

            return Outcome.Of<IReadOnlyList<string>>([.. readers.Distinct(StringComparer.Ordinal)]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentNullException or NullReferenceException)
        {
            return new Failure(
                FailureCode.DocumentInvalid, address.ToString(), $"The resource policy of {address.Store}:{address.Path} is malformed, so nobody can tell who reads the secret.")
            {
                Remedy = "Mend it with: aws secretsmanager put-resource-policy",
            };
        }
    }

    private static bool Reads(string action)
    {
        var pattern = action.ToLowerInvariant();
        const string read = "secretsmanager:getsecretvalue";
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        return star < 0 ? pattern == read : read.StartsWith(pattern[..star], StringComparison.Ordinal);
    }

    private static IEnumerable<string> Principals(JsonElement statement)
    {
        if (!statement.TryGetProperty("Principal", out var principal))
        {
            return statement.TryGetProperty("NotPrincipal", out _) ? ["everybody but those named"] : [];
        }

        return principal.ValueKind == JsonValueKind.Object
            ? principal.EnumerateObject().SelectMany(static kind => Each(kind.Value)).Select(static one => one.GetString()!)
            : [principal.GetString()!];
    }

    private static IEnumerable<JsonElement> Each(JsonElement element) => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [element];
}
