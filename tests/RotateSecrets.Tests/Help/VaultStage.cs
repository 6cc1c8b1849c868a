using System.Text.Json.Nodes;
using RotateSecrets.Peers.Vault;

namespace RotateSecrets.Tests.Help;

/// <summary>The server that examples are about: with the secret proxy/jwt, leases of the role proxy, a policy of that name, and the database orders. It stays until the tests end.</summary>
internal static class VaultStage
{
    /// <summary>Where the pages say that the server is.</summary>
    public const string DocumentedAddress = "https://vault.example.org:8200";

    private static readonly Lazy<VaultDouble> Server = new(Start);

    public static string Address => Server.Value.Address.ToString();

    public static bool IsNeededBy(string example) =>
        ((string[])["vault:", "-Vault", "Lease", "StorePolicy"]).Any(word => example.Contains(word, StringComparison.Ordinal));

    private static VaultDouble Start()
    {
        var server = Task.Run(static () => VaultDouble.StartAsync()).Result;

        // As an operator has it: the cmdlets find it there.
        Environment.SetEnvironmentVariable("VAULT_TOKEN", server.RootToken);
        server.WritePolicy("proxy", """path "secret/data/*" { capabilities = ["read"] }""");
        server.WriteRole("auth/approle/role/proxy", "proxy");
        server.Issue("database/creds/proxy/", 3, TimeSpan.FromHours(1));
        server.Configure("database/config/orders", new JsonObject { ["plugin_name"] = "postgresql-database-plugin", ["username"] = "engine" });
        server.Store("secret/proxy/jwt", "value", "the value that is in the examples");
        return server;
    }
}
