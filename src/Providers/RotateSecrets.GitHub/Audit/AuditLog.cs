using System.Runtime.CompilerServices;
using System.Text.Json;
using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Client;
using RotateSecrets.Outcomes;
using RotateSecrets.Stores;

namespace RotateSecrets.GitHub.Audit;

/// <summary>Reads the audit log of an organisation: who wrote or took away a secret, and which jobs were given it.</summary>
/// <param name="api">Calls the API.</param>
/// <param name="store">The store's name.</param>
/// <remarks>
/// Source: GitHub's page "Audit log events for your organization": org, repo and environment, each with create_actions_secret, update_actions_secret and remove_actions_secret; and workflows.prepared_workflow_job, whose
/// secrets_passed names the secrets that a job was given.
/// </remarks>
internal sealed class AuditLog(GitHubApi api, string store)
{
    /// <summary>The operation of an entry that says that a job was given the secret.</summary>
    public const string Read = "read";

    private const string Prepared = "workflows.prepared_workflow_job";

    /// <summary>Reads the entries about a secret, oldest first.</summary>
    public async IAsyncEnumerable<Outcome<StoreAuditEvent>> ReadAsync(AuditQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (query.Address is null)
        {
            yield return new Failure(FailureCode.NotSupported, store, "The audit log is an organisation's: say of which secret.");
            yield break;
        }

        if (SecretPlace.Of(query.Address).Failed(out var failure, out var place))
        {
            yield return failure;
            yield break;
        }

        var phrase = query.Since is { } since ? $"&phrase={Uri.EscapeDataString($"created:>={since.UtcDateTime:yyyy-MM-dd}")}" : string.Empty;
        var need = new CallNeed(query.Address.ToString(), "GET /orgs/{org}/audit-log", "Administration (organization): read");
        await foreach (var page in api.PagesAsync(need, $"orgs/{Uri.EscapeDataString(place.Owner)}/audit-log?include=all&order=asc&per_page=100{phrase}", null, cancellation))
        {
            if (page.Failed(out failure, out var entry))
            {
                yield return failure.Code == FailureCode.SecretNotFound
                    ? new Failure(FailureCode.AccessDenied, place.Owner, $"{place.Owner} has no audit log that the token may read: it is there for organisations of GitHub Enterprise alone, and takes {need.Permission}, or read:audit_log.")
                    : failure;
                yield break;
            }

            if (Event(entry, place, query) is { } happened)
            {
                yield return happened;
            }
        }
    }

    private static StoreAuditEvent? Event(JsonElement entry, SecretPlace place, AuditQuery query)
    {
        var action = entry.Text("action") ?? string.Empty;
        var at = entry.Number("@timestamp") is { } stamp and > 0 and < 253402300800000 ? DateTimeOffset.FromUnixTimeMilliseconds(stamp) : DateTimeOffset.UnixEpoch;
        if (query.Since is { } since && at < since)
        {
            return null;
        }

        var principal = entry.Text("actor") ?? "unknown";
        if (action == Prepared)
        {
            return IsOfRepository(entry, place) && Names(entry.At("secrets_passed")).Contains(place.Name, StringComparer.OrdinalIgnoreCase)
                ? new StoreAuditEvent(at, Read, query.Address!, null, principal, Job(entry))
                : null;
        }

        return Operation(action, place) is { } operation && IsOfRepository(entry, place)
            && string.Equals(entry.Text("key") ?? entry.Text("secret_name") ?? entry.Text("name"), place.Name, StringComparison.OrdinalIgnoreCase)
            && (place.Environment is null || string.Equals(entry.Text("environment_name"), place.Environment, StringComparison.OrdinalIgnoreCase))
            ? new StoreAuditEvent(at, operation, query.Address!, null, principal, entry.Text("actor_ip"))
            : null;
    }

    private static string? Operation(string action, SecretPlace place)
    {
        var scope = (place.Repository, place.Environment) switch
        {
            (null, _) => "org",
            (_, null) => "repo",
            _ => "environment",
        };
        var use = place.Use switch
        {
            SecretUse.Actions => "actions",
            SecretUse.Dependabot => "dependabot",
            _ => "codespaces",
        };
        return action == $"{scope}.create_{use}_secret" || action == $"{scope}.update_{use}_secret" ? "write"
            : action == $"{scope}.remove_{use}_secret" ? "remove"
            : null;
    }

    private static bool IsOfRepository(JsonElement entry, SecretPlace place) =>
        place.Repository is null || string.Equals(entry.Text("repo"), place.FullRepository, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Names(JsonElement secrets) =>
        secrets.Items().Where(static name => name.ValueKind == JsonValueKind.String).Select(static name => name.GetString()!);

    private static string Job(JsonElement entry) =>
        FormattableString.Invariant($"{entry.Text("repo")}, job {entry.Text("job_name") ?? entry.Text("job_workflow_ref")}, run {entry.Number("workflow_run_id")}");
}
