using System.IO.Enumeration;
using System.Text.Json;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Checks;

/// <summary>A secret's resource policy: who else it lets read the secret.</summary>
internal static class ResourcePolicy
{
    private const string Everybody = "*";

    /// <summary>Those whom a policy allows to read the value, as it names them. What is denied under conditions may be allowed at times, and counts as allowed.</summary>
    /// <param name="policy">The policy's JSON.</param>
    /// <param name="address">The secret.</param>
    public static Outcome<IReadOnlyList<string>> Readers(string policy, SecretAddress address)
    {
        try
        {
            using var document = JsonDocument.Parse(policy);
            var about = Each(document.RootElement.GetProperty("Statement")).Where(IsAboutReading).ToList();
            var denials = about.FindAll(static one => !Allows(one) && !one.TryGetProperty("Condition", out _));
            return Outcome.Of<IReadOnlyList<string>>([
                .. about.Where(Allows).SelectMany(one => Named(one).Where(reader => !denials.Exists(denial => Covers(denial, reader))).Select(reader => Said(one, reader))).Distinct(StringComparer.Ordinal)]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new Failure(
                FailureCode.DocumentInvalid, address.ToString(), $"The resource policy of {address.Store}:{address.Path} is malformed, so nobody can tell who reads the secret.")
            {
                Remedy = "Mend it with: aws secretsmanager put-resource-policy",
            };
        }
    }

    private static bool Allows(JsonElement statement) => statement.GetProperty("Effect").GetString() switch
    {
        "Allow" => true,
        "Deny" => false,
        _ => throw new JsonException(),
    };

    private static bool IsAboutReading(JsonElement statement) => statement.TryGetProperty("Action", out var actions)
        ? Each(actions).Any(Reads)
        : !Each(statement.GetProperty("NotAction")).Any(Reads);

    private static bool Reads(JsonElement action) => FileSystemName.MatchesSimpleExpression(Text(action), "secretsmanager:GetSecretValue", ignoreCase: true);

    private static string Text(JsonElement element) => element.GetString() ?? throw new JsonException();

    private static IEnumerable<string> Named(JsonElement statement) =>
        statement.TryGetProperty("Principal", out var principals) ? Principals(principals) : statement.TryGetProperty("NotPrincipal", out _) ? ["everybody but those named"] : [];

    private static bool Covers(JsonElement denial, string reader) => denial.TryGetProperty("Principal", out var named)
        ? Principals(named).Any(one => one == reader || one == Everybody)
        : denial.TryGetProperty("NotPrincipal", out var spared) && !Principals(spared).Contains(reader, StringComparer.Ordinal);

    private static IEnumerable<string> Principals(JsonElement principals) => principals.ValueKind == JsonValueKind.Object
        ? principals.EnumerateObject().SelectMany(static kind => Each(kind.Value)).Select(Text)
        : [Text(principals)];

    private static string Said(JsonElement statement, string reader) =>
        (reader == Everybody ? "everybody" : reader) + (statement.TryGetProperty("Condition", out _) ? " (under conditions)" : string.Empty);

    private static IEnumerable<JsonElement> Each(JsonElement element) => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [element];
}
