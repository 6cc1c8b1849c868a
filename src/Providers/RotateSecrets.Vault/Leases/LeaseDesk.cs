using System.Runtime.CompilerServices;
using RotateSecrets.Outcomes;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Client;

namespace RotateSecrets.Vault.Leases;

/// <summary>Finds leases and revokes them. Source: the API's page "/sys/leases".</summary>
internal sealed class LeaseDesk(VaultServer server)
{
    private const int LongestShown = 5;

    /// <summary>Finds the leases under a prefix, each with its times.</summary>
    public async IAsyncEnumerable<Outcome<SecretLease>> FindAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var id in IdsAsync(prefix, cancellation))
        {
            if (id.Failed(out var failure, out var found))
            {
                yield return failure;
            }
            else if ((await LookUpAsync(found, cancellation)).Failed(out failure, out var lease))
            {
                yield return failure;
            }
            else if (lease.Count > 0)
            {
                yield return lease[0];
            }
        }
    }

    /// <summary>Finds the leases that the server gave up revoking. Servers before 1.8 don't tell.</summary>
    public async IAsyncEnumerable<Outcome<SecretLease>> FindIrrevocableAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var call = VaultCall.Get("sys/leases?type=irrevocable&limit=none", server.Name);
        if ((await server.SendAsync(call, "sudo", [404, 405], cancellation)).Failed(out var failure, out var reply))
        {
            yield return failure;
            yield break;
        }

        List<string> ids;
        using (reply)
        {
            if (!reply.IsSuccess)
            {
                yield return new Failure(FailureCode.NotSupported, server.Name, "The server doesn't tell which leases it gave up revoking: it is older than 1.8.") { Remedy = "Without -Irrevocable, all that are still there are listed." };
                yield break;
            }

            ids = reply.Data.Member("leases") is { ValueKind: System.Text.Json.JsonValueKind.Array } leases
                ? [.. leases.EnumerateArray().Select(static lease => lease.Text("lease_id")).OfType<string>().Where(id => IsUnder(id, prefix))]
                : [];
        }

        foreach (var id in ids)
        {
            yield return new SecretLease(server.Name, id, RoleOf(id)) { IsIrrevocable = true };
        }
    }

    /// <summary>Revokes one lease, and looks it up.</summary>
    public async Task<Outcome<LeaseRevocation>> RevokeAsync(string id, CancellationToken cancellation)
    {
        var refused = await SendAsync("sys/leases/revoke", id, body =>
        {
            body.WriteString("lease_id", id);
            body.WriteBoolean("sync", true);
        }, cancellation);
        if (refused is not null and not { Code: FailureCode.LeaseRemains })
        {
            return refused;
        }

        if ((await LookUpAsync(id, cancellation)).Failed(out var failure, out var left))
        {
            return failure;
        }

        return left.Count == 0
            ? new LeaseRevocation(server.Name, id, IsPrefix: false, WasForced: false, server.Time.GetUtcNow())
            : Remains(id, [id]);
    }

    /// <summary>Revokes the leases under a prefix, and lists what is left.</summary>
    public async Task<Outcome<LeaseRevocation>> RevokeAllAsync(string prefix, bool force, CancellationToken cancellation)
    {
        var path = prefix.Trim('/');
        if (path.Length == 0)
        {
            return new Failure(FailureCode.ValueInvalid, server.Name, "Without a prefix, every lease of the server would be meant, those of all tokens among them.")
            {
                Remedy = "Name the leases of an engine or a role, as in database/creds/orders.",
            };
        }

        var refused = await SendAsync($"sys/leases/{(force ? "revoke-force" : "revoke-prefix")}/{VaultCall.Escape(path)}", path, body =>
        {
            if (!force)
            {
                body.WriteBoolean("sync", true);
            }
        }, cancellation);
        if (refused is not null and not { Code: FailureCode.LeaseRemains })
        {
            return refused;
        }

        var left = new List<string>();
        await foreach (var id in IdsAsync(path, cancellation))
        {
            if (id.Failed(out var failure, out var found))
            {
                return failure;
            }

            left.Add(found);
            if (left.Count == LongestShown)
            {
                break;
            }
        }

        return left.Count == 0
            ? new LeaseRevocation(server.Name, path, IsPrefix: true, force, server.Time.GetUtcNow())
            : Remains(path, left);
    }

    private static bool IsUnder(string id, string prefix) =>
        prefix.Trim('/') is not { Length: > 0 } path || id == path || id.StartsWith(path + "/", StringComparison.Ordinal);

    private static string RoleOf(string id) => id.LastIndexOf('/') is > 0 and var slash ? id[..slash] : id;

    private static Failure Remains(string target, List<string> left) =>
        new(FailureCode.LeaseRemains, target, $"{(left.Count == LongestShown ? "At least " : string.Empty)}{left.Count} leases are still there after {target} was revoked: {string.Join(", ", left)}.");

    // Lists folder after folder; the last part of an id is no folder.
    private async IAsyncEnumerable<Outcome<string>> IdsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var folders = new Stack<string>([prefix.Trim('/')]);
        while (folders.TryPop(out var folder))
        {
            var call = VaultCall.Get($"sys/leases/lookup/{VaultCall.Escape(folder)}{(folder.Length == 0 ? string.Empty : "/")}?list=true", folder);
            if ((await server.SendAsync(call, "sudo list", [404], cancellation)).Failed(out var failure, out var reply))
            {
                yield return failure;
                continue;
            }

            IReadOnlyList<string> names;
            using (reply)
            {
                names = reply.Data.Texts("keys");
            }

            foreach (var name in names)
            {
                var id = folder.Length == 0 ? name : $"{folder}/{name}";
                if (name.EndsWith('/'))
                {
                    folders.Push(id.TrimEnd('/'));
                }
                else
                {
                    yield return id;
                }
            }
        }
    }

    // The lease, or nothing where it is gone.
    private async Task<Outcome<IReadOnlyList<SecretLease>>> LookUpAsync(string id, CancellationToken cancellation)
    {
        var call = VaultCall.Post("sys/leases/lookup", id, body =>
        {
            body.WriteStartObject();
            body.WriteString("lease_id", id);
            body.WriteEndObject();
        }) with { IsRepeatable = true };
        if ((await server.SendAsync(call, "update", [400, 404], cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            if (!reply.IsSuccess)
            {
                return reply.Status == System.Net.HttpStatusCode.NotFound || reply.Says("invalid lease")
                    ? Outcome.Of<IReadOnlyList<SecretLease>>([])
                    : VaultFault.Of(reply, call);
            }

            var (issued, expires, now) = (reply.Data.Moment("issue_time"), reply.Data.Moment("expire_time"), server.Time.GetUtcNow());
            return Outcome.Of<IReadOnlyList<SecretLease>>([new SecretLease(server.Name, id, RoleOf(id))
            {
                IssuedAt = issued,
                ExpiresAt = expires,
                Age = now - issued,
                TimeLeft = expires - now,
                IsRenewable = reply.Data.Flag("renewable"),
            }]);
        }
    }

    // What the server could not revoke at once, it says as 400 or 500: what is left then is asked for.
    private async Task<Failure?> SendAsync(string path, string target, Action<System.Text.Json.Utf8JsonWriter> members, CancellationToken cancellation)
    {
        var call = VaultCall.Post(path, target, body =>
        {
            body.WriteStartObject();
            members(body);
            body.WriteEndObject();
        }) with { IsRepeatable = true };
        if ((await server.SendAsync(call, path.Contains("revoke-", StringComparison.Ordinal) ? "sudo update" : "update", [400, 500], cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            return reply.IsSuccess ? null : new Failure(FailureCode.LeaseRemains, target, $"The server could not revoke {target} at once.");
        }
    }
}
