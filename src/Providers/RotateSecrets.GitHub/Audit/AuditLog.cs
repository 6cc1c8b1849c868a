using System.Runtime.CompilerServices;
using System.Text.Json;
using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Client;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
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

        await foreach (var read in EntriesAsync(place, query.Address.ToString(), string.Empty, query.Since, cancellation))
        {
            if (read.Failed(out failure, out var entry))
            {
                yield return failure;
            }
            else if (Event(entry, place, query.Address) is { } happened)
            {
                yield return happened;
            }
        }
    }

    /// <summary>Reads which jobs were given a secret of that name, oldest first. Of which scope it was, the log doesn't tell.</summary>
    /// <param name="place">The secret.</param>
    /// <param name="target">The secret's address.</param>
    /// <param name="since">From when on.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public async IAsyncEnumerable<Outcome<PreparedJob>> JobsAsync(SecretPlace place, string target, DateTimeOffset since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var where = place.FullRepository is { } repository ? $"repo:{repository} " : string.Empty;
        await foreach (var read in EntriesAsync(place, target, $"{where}action:{PreparedJob.Action}", since, cancellation))
        {
            if (read.Failed(out var failure, out var entry))
            {
                yield return failure;
            }
            else if (PreparedJob.Of(entry, MomentOf(entry)) is { } job && IsOf(job, place))
            {
                yield return job;
            }
        }
    }

    private async IAsyncEnumerable<Outcome<JsonElement>> EntriesAsync(
        SecretPlace place, string target, string phrase, DateTimeOffset? since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var terms = since is { } from ? $"{phrase} created:>={from.UtcDateTime:yyyy-MM-dd}".Trim() : phrase;
        var need = new CallNeed(target, "GET /orgs/{org}/audit-log", "Administration (organization): read");
        var path = $"orgs/{Uri.EscapeDataString(place.Owner)}/audit-log?include=all&order=asc&per_page=100{(terms.Length > 0 ? $"&phrase={Uri.EscapeDataString(terms)}" : string.Empty)}";
        await foreach (var page in api.PagesAsync(need, path, null, cancellation))
        {
            if (page.Failed(out var failure, out var entry))
            {
                yield return failure.Code == FailureCode.SecretNotFound
                    ? new Failure(FailureCode.AccessDenied, place.Owner, $"{place.Owner} has no audit log that the token may read: it is there for organisations of GitHub Enterprise alone, and takes {need.Permission}, or read:audit_log.")
                    : failure;
                yield break;
            }

            if (since is null || MomentOf(entry) >= since)
            {
                yield return entry;
            }
        }
    }

    private static StoreAuditEvent? Event(JsonElement entry, SecretPlace place, SecretAddress address)
    {
        var principal = entry.Text("actor") is { Length: > 0 } actor ? actor : "unknown";
        if (PreparedJob.Of(entry, MomentOf(entry)) is { } job)
        {
            return IsOf(job, place) ? new StoreAuditEvent(job.At, Read, address, null, principal, job.Words) : null;
        }

        return Operation(entry.Text("action") ?? string.Empty, place) is { } operation && IsOfRepository(entry.Text("repo"), place)
            && string.Equals(entry.Text("key") ?? entry.Text("secret_name") ?? entry.Text("name"), place.Name, StringComparison.OrdinalIgnoreCase)
            && (place.Environment is null || string.Equals(entry.Text("environment_name"), place.Environment, StringComparison.OrdinalIgnoreCase))
            ? new StoreAuditEvent(MomentOf(entry), operation, address, null, principal, entry.Text("actor_ip"))
            : null;
    }

    // A job without the environment has another secret of the name.
    private static bool IsOf(PreparedJob job, SecretPlace place) =>
        IsOfRepository(job.Repository, place) && job.Secrets.Contains(place.Name, StringComparer.OrdinalIgnoreCase)
        && (place.Environment is null || job.Environment is null || string.Equals(job.Environment, place.Environment, StringComparison.OrdinalIgnoreCase));

    private static DateTimeOffset MomentOf(JsonElement entry) =>
        entry.Number("@timestamp") is { } stamp and > 0 and < 253402300800000 ? DateTimeOffset.FromUnixTimeMilliseconds(stamp) : DateTimeOffset.UnixEpoch;

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

    private static bool IsOfRepository(string? repository, SecretPlace place) =>
        place.Repository is null || string.Equals(repository, place.FullRepository, StringComparison.OrdinalIgnoreCase);
}
