using RotateSecrets.Outcomes;
using RotateSecrets.Vault.Client;

namespace RotateSecrets.Vault.Login;

/// <summary>What the server says of itself before anybody logs in.</summary>
/// <param name="Version">Its version, as it writes it; empty where it is told to keep it to itself.</param>
/// <param name="IsEnterprise">Whether it is Vault's enterprise edition; null where it doesn't say.</param>
internal sealed record ServerState(string Version, bool? IsEnterprise)
{
    /// <summary>
    /// Whether it may have namespaces besides the root. Vault's community edition has none, nor has OpenBao before 2.3, and they take no notice of the one that a request names: it would be done in the root.
    /// Vault says from 1.17 on which edition it is, and before by a '+' in its version; OpenBao does neither.
    /// </summary>
    public bool MayHaveNamespaces => IsEnterprise ?? (Version.Contains('+') || !System.Version.TryParse(Version.Split('-')[0], out var number) || number >= new Version(2, 3));

    /// <summary>
    /// Whether a secret can carry metadata of its own. Vault has it since 1.9, and OpenBao, whose versions begin at 2.0, always had it
    /// (Vault's changelog, 1.9.0, "Customizable KV Metadata"). Servers can keep their version to themselves since 1.16.
    /// </summary>
    public bool HasCustomMetadata =>
        Version.Length == 0 || System.Version.TryParse(Version.Split('-', '+')[0], out var number) && number >= new Version(1, 9);

    /// <summary>Asks whether the server can be used.</summary>
    /// <returns>Its state, or why it can't be: sealed, uninitialised, a secondary for disaster recovery.</returns>
    /// <remarks>Source: the API's page "/sys/health" for the status codes.</remarks>
    public static async Task<Outcome<ServerState>> AskAsync(VaultClient client, string target, CancellationToken cancellation)
    {
        var call = VaultCall.Get("sys/health", target) with { IsAnonymous = true };
        if ((await client.SendAsync(call, cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            // 429 is a standby and 473 a performance standby: both send on what they can't answer themselves.
            return (int)reply.Status switch
            {
                200 or 429 or 473 when reply.Root.Text("version") is { } version => new ServerState(version, Edition(reply.Root.Member("enterprise"))),
                501 => VaultFault.Uninitialised(target),
                503 when reply.Root.Member("initialized").ValueKind == System.Text.Json.JsonValueKind.False => VaultFault.Uninitialised(target),
                200 => new Failure(FailureCode.StoreUnavailable, target, $"What answers at {client.Address} is no Vault server.") { Remedy = "See whether another service stands at the address." },
                _ => VaultFault.Of(reply, call),
            };
        }
    }

    private static bool? Edition(System.Text.Json.JsonElement member) => member.ValueKind switch
    {
        System.Text.Json.JsonValueKind.True => true,
        System.Text.Json.JsonValueKind.False => false,
        _ => null,
    };
}
