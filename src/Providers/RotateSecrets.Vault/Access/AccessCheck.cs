using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault.Access;

/// <summary>Asks what the token may do. Source: the API's page "/sys/capabilities-self".</summary>
internal sealed class AccessCheck(VaultServer server)
{
    /// <summary>Checks what is wanted at a secret.</summary>
    /// <returns>What is missing, and for each missing capability its path and the policy line that gives it.</returns>
    public async Task<Outcome<(StoreAccess Missing, IReadOnlyList<string> Findings)>> CheckAsync(
        SecretAddress address, SecretPlace place, StoreAccess wanted, CancellationToken cancellation)
    {
        if (server.Keeper.Token.IsRoot)
        {
            return (StoreAccess.None, ["The token is a root token, which may do everything: a token with a policy of its own would do (New-StorePolicy)."]);
        }

        var needs = AccessNeeds.Of(place, wanted);
        if (server.Grants.Holds(needs))
        {
            return (StoreAccess.None, []);
        }

        if ((await CapabilitiesAsync([.. needs.Select(static need => need.Path).Distinct(StringComparer.Ordinal)], address.ToString(), cancellation)).Failed(out var failure, out var held))
        {
            return failure;
        }

        var missing = StoreAccess.None;
        var findings = new List<string>();
        foreach (var path in needs.Where(need => !need.IsMetBy(held[need.Path])).GroupBy(static need => need.Path, StringComparer.Ordinal))
        {
            missing |= path.Aggregate(StoreAccess.None, static (all, need) => all | need.For);
            var capabilities = path.Select(static need => need.Capability).Distinct(StringComparer.Ordinal).ToList();
            findings.Add(
                $"The token lacks {string.Join(" and ", capabilities.Select(static capability => $"'{capability}'"))} at {path.Key}; this line in a policy gives it: "
                + $"{VaultServer.PolicyLine(path.Key, capabilities)}.");
        }

        if (findings.Count == 0)
        {
            server.Grants.Note(needs);
        }

        return (missing, findings);
    }

    /// <summary>What the token may do at paths.</summary>
    public async Task<Outcome<Dictionary<string, IReadOnlyList<string>>>> CapabilitiesAsync(
        IReadOnlyList<string> paths, string target, CancellationToken cancellation)
    {
        var call = Capabilities.Question(paths, target);
        return (await server.SendAsync(call, "update", [], cancellation)).Failed(out var failure, out var reply) ? failure : Capabilities.Read(reply, call, paths);
    }
}
