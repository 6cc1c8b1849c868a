using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Vault.Client;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault.Database;

/// <summary>The requests to the database engine. Source: the API's page "Database secrets engine".</summary>
internal sealed class DatabaseCalls(VaultServer server)
{
    /// <summary>Reads what a static role logs in with.</summary>
    /// <returns>The credentials, which the caller disposes of.</returns>
    public async Task<Outcome<StaticCredentials>> CredentialsAsync(StaticRole role, string target, CancellationToken cancellation)
    {
        var call = VaultCall.Get(VaultCall.Escape(role.Credentials), target);
        if ((await server.SendAsync(call, "read", [400, 404, 500], cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            if (!reply.IsSuccess)
            {
                // The engine answers with 400 or 500 where there is no such role, or its database doesn't allow it.
                return reply.Says("role") || (int)reply.Status == 404
                    ? new Failure(FailureCode.SecretNotFound, target, $"{role.Engine} has no static role '{role.Name}', or its database doesn't allow it.")
                    {
                        Remedy = $"See `vault list {role.Engine}static-roles`, and allowed_roles of the database.",
                    }
                    : VaultFault.Of(reply, call);
            }

            return reply.Data.Text("username") is { } user && reply.Data.Member("password") is { ValueKind: System.Text.Json.JsonValueKind.String } password
                ? new StaticCredentials(user, SecretValue.FromText(password.GetString()), reply.Data.Moment("last_vault_rotation") ?? DateTimeOffset.UnixEpoch)
                : new Failure(FailureCode.NotSupported, target, $"{role.Credentials} gives no user and password: roles with keys or certificates aren't rotated here.");
        }
    }

    /// <summary>Asks for a new password. An answer doesn't say that there is one: older servers answer as if all were well when the database could not be reached.</summary>
    public Task<Outcome<bool>> RotateAsync(StaticRole role, string target, CancellationToken cancellation) => PostAsync(role.Rotation, target, isRepeatable: false, cancellation);

    /// <summary>Has the engine change its own password at a database.</summary>
    public Task<Outcome<bool>> RotateRootAsync(KeyValueMount mount, string database, string target, CancellationToken cancellation) =>
        PostAsync($"{mount.Path}rotate-root/{database}", target, isRepeatable: false, cancellation);

    /// <summary>Has the engine drop its connection to a database and log in again, by which it is seen that it can.</summary>
    public Task<Outcome<bool>> LogInAgainAsync(KeyValueMount mount, string database, string target, CancellationToken cancellation) =>
        PostAsync($"{mount.Path}reset/{database}", target, isRepeatable: true, cancellation);

    /// <summary>Where a static role's database is, for whoever wants to log in there.</summary>
    /// <returns>Where it is; a failure where that may not be read, or isn't a PostgreSQL server.</returns>
    public async Task<Outcome<DatabaseLocation>> LocationAsync(StaticRole role, string target, CancellationToken cancellation)
    {
        if ((await NameAsync(role, target, cancellation)).Failed(out var failure, out var name))
        {
            return failure;
        }

        var call = VaultCall.Get($"{VaultCall.Escape(role.Engine)}config/{VaultCall.Escape(name)}", target);
        if ((await server.SendAsync(call, "read", [], cancellation)).Failed(out failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            return DatabaseLocation.Read(reply.Data.Text("plugin_name") ?? string.Empty, reply.Data.Member("connection_details").Text("connection_url") ?? string.Empty, target);
        }
    }

    /// <summary>The name of a static role's database.</summary>
    public async Task<Outcome<string>> NameAsync(StaticRole role, string target, CancellationToken cancellation)
    {
        var call = VaultCall.Get(VaultCall.Escape(role.Definition), target);
        if ((await server.SendAsync(call, "read", [], cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            return reply.Data.Text("db_name") is { Length: > 0 } name ? name : new Failure(FailureCode.NotSupported, target, $"{role.Definition} names no database.");
        }
    }

    private async Task<Outcome<bool>> PostAsync(string path, string target, bool isRepeatable, CancellationToken cancellation)
    {
        var call = VaultCall.Post(VaultCall.Escape(path), target) with { IsRepeatable = isRepeatable };
        if ((await server.SendAsync(call, "update", [], cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        reply.Dispose();
        return true;
    }
}
