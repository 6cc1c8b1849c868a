using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;

namespace RotateSecrets.Peers.Vault.Engines;

/// <summary>
/// An engine that hands out credentials: under leases, behind which no database stands, and those of static roles, whose passwords it sets in a PostgreSQL server if it was given one. As older servers do, it
/// answers a demand for a new password as if all were well when that server can't be reached.
/// </summary>
internal sealed class DatabaseEngine(TimeProvider time, LeaseTable leases, string mount) : IEngine
{
    private readonly HashSet<string> roles = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, JsonObject> databases = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, StaticRole> fixedRoles = new(StringComparer.Ordinal);

    public string Type => "database";

    public JsonObject? Options => null;

    public bool Exists(string path) => path.Split('/') switch
    {
        ["roles", var role] => roles.Contains(role),
        ["static-roles", var role] => fixedRoles.ContainsKey(role),
        ["config", var database] => databases.ContainsKey(database),
        ["rotate-role" or "rotate-root" or "reset", _] => true,
        _ => false,
    };

    public VaultAnswer Answer(VaultQuestion question, string path)
    {
        switch (path.Split('/'), question.Method)
        {
            case (["roles", var role], "POST"):
                roles.Add(role);
                return VaultAnswer.Nothing;
            case (["creds", var role], "GET") when roles.Contains(role):
                return Issue(role);
            case (["creds", _], "GET"):
                return VaultAnswer.Error(400, "unknown role");
            case (["config", var name], "POST"):
                databases[name] = (JsonObject)question.Body.DeepClone();
                return LogIn(name);
            case (["config", var name], "GET") when databases.TryGetValue(name, out var known):
                return VaultAnswer.Data(Described(known));
            case (["reset", var name], "POST") when databases.ContainsKey(name):
                return LogIn(name);
            case (["rotate-root", var name], "POST") when databases.ContainsKey(name):
                return RotateRoot(name);
            case (["static-roles", var role], "POST"):
                fixedRoles[role] = new StaticRole(question.Body["db_name"]!.ToString(), question.Body["username"]!.ToString());
                return Rotate(fixedRoles[role]) ? VaultAnswer.Nothing : VaultAnswer.Error(500, "1 error occurred:\n\t* dial tcp: connection refused\n\n");
            case (["static-roles"], "LIST"):
                return VaultAnswer.Keys(fixedRoles.Keys);
            case (["static-roles", var role], "GET") when fixedRoles.TryGetValue(role, out var found):
                return VaultAnswer.Data(new JsonObject { ["db_name"] = found.Database, ["username"] = found.User, ["rotation_period"] = 86400 });
            case (["static-creds", var role], "GET") when fixedRoles.TryGetValue(role, out var found):
                return VaultAnswer.Data(new JsonObject
                {
                    ["username"] = found.User,
                    ["password"] = found.Password,
                    ["last_vault_rotation"] = found.ChangedAt.ToString("O", CultureInfo.InvariantCulture),
                    ["rotation_period"] = 86400,
                    ["ttl"] = 86400,
                });
            case (["static-creds", var role], "GET"):
                return VaultAnswer.Error(400, $"unknown role: {role}");
            case (["rotate-role", var role], "POST") when fixedRoles.TryGetValue(role, out var found):
                Rotate(found);
                return VaultAnswer.Nothing;
            case (["rotate-role", _], "POST"):
                return VaultAnswer.Error(400, "no static role found for role name");
            default:
                return VaultAnswer.Error(404, string.Create(CultureInfo.InvariantCulture, $"no handler for route '{mount}{path}'"));
        }
    }

    private static string Fresh() => "A1a-" + Guid.NewGuid().ToString("N");

    private static JsonObject Described(JsonObject database) => new()
    {
        ["plugin_name"] = database["plugin_name"]?.ToString(),
        ["allowed_roles"] = new JsonArray("*"),
        ["connection_details"] = new JsonObject { ["connection_url"] = database["connection_url"]?.ToString(), ["username"] = database["username"]?.ToString() },
    };

    private VaultAnswer Issue(string role)
    {
        var lease = leases.Issue($"{mount}creds/{role}/", time.GetUtcNow() + TimeSpan.FromHours(1));
        return new VaultAnswer(200, new JsonObject
        {
            ["lease_id"] = lease.Id,
            ["renewable"] = true,
            ["lease_duration"] = 3600,
            ["data"] = new JsonObject { ["username"] = $"v-{role}-{lease.Id[^8..]}", ["password"] = Guid.NewGuid().ToString("N") },
        });
    }

    private VaultAnswer LogIn(string name) => TryExecute(name, "SELECT 1") ? VaultAnswer.Nothing : VaultAnswer.Error(500, "error verifying connection: pq: password authentication failed");

    private VaultAnswer RotateRoot(string name)
    {
        var password = Fresh();
        if (!TryExecute(name, $"ALTER USER \"{databases[name]["username"]}\" WITH PASSWORD '{password}'"))
        {
            return VaultAnswer.Error(500, "error verifying connection");
        }

        databases[name]["password"] = password;
        return VaultAnswer.Nothing;
    }

    private bool Rotate(StaticRole role)
    {
        var password = Fresh();
        if (!TryExecute(role.Database, $"ALTER USER \"{role.User}\" WITH PASSWORD '{password}'"))
        {
            return false;
        }

        (role.Password, role.ChangedAt) = (password, time.GetUtcNow());
        return true;
    }

    private bool TryExecute(string name, string statement)
    {
        var database = databases[name];
        if (database["connection_url"] is null)
        {
            return true;
        }

        var place = new Uri(database["connection_url"]!.ToString().Replace("{{username}}:{{password}}@", string.Empty, StringComparison.Ordinal));
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = place.Host,
            Port = place.Port,
            Database = place.AbsolutePath.Trim('/'),
            Username = database["username"]!.ToString(),
            Password = database["password"]!.ToString(),
            Pooling = false,
        };
        try
        {
            using var connection = new NpgsqlConnection(settings.ConnectionString);
            connection.Open();
            using var command = new NpgsqlCommand(statement, connection);
            command.ExecuteNonQuery();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private sealed class StaticRole(string database, string user)
    {
        public string Database { get; } = database;

        public string User { get; } = user;

        public string Password { get; set; } = string.Empty;

        public DateTimeOffset ChangedAt { get; set; }
    }
}
