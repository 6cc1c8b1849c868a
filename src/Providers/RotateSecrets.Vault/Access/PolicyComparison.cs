namespace RotateSecrets.Vault.Access;

/// <summary>Compares rules with those that are needed.</summary>
/// <param name="needed">What is needed.</param>
/// <param name="granted">What is granted.</param>
internal sealed class PolicyComparison(IReadOnlyList<PolicyRule> needed, IReadOnlyList<PolicyRule> granted)
{
    // What every token has by the policy that is called default, as servers write it.
    private static readonly Dictionary<string, string> Always = new(StringComparer.Ordinal)
    {
        ["auth/token/lookup-self"] = "read",
        ["auth/token/renew-self"] = "update",
        ["auth/token/revoke-self"] = "update",
        ["sys/capabilities-self"] = "update",
        ["sys/internal/ui/resultant-acl"] = "read",
        ["sys/renew"] = "update",
        ["sys/leases/renew"] = "update",
        ["sys/leases/lookup"] = "update",
        ["cubbyhole/*"] = "create read update delete list",
        ["sys/wrapping/wrap"] = "update",
        ["sys/wrapping/lookup"] = "update",
        ["sys/wrapping/unwrap"] = "update",
        ["sys/tools/hash"] = "update",
        ["sys/tools/hash/*"] = "update",
        ["sys/control-group/request"] = "update",
        ["identity/oidc/provider/+/authorize"] = "read update",
    };

    /// <summary>What is missing: one capability at a path each.</summary>
    public IReadOnlyList<string> Missing =>
    [
        .. needed.Select(rule => (Rule: rule, Granted: PolicyRule.Granted(granted, rule.Path))).SelectMany(static pair => pair.Rule.Capabilities
            .Where(capability => pair.Granted.Conditions.Count > 0 || !pair.Granted.Capabilities.Contains(capability, StringComparer.Ordinal))
            .Select(capability => pair.Granted.Capabilities.Contains(capability, StringComparer.Ordinal)
                ? $"{pair.Rule.Path}: {capability} (only within {string.Join(", ", pair.Granted.Conditions)})"
                : $"{pair.Rule.Path}: {capability}")),
    ];

    /// <summary>What is too much: one rule each.</summary>
    public IReadOnlyList<string> Excess =>
    [
        .. granted.Where(static rule => !IsEverybodys(rule) && !rule.Capabilities.Contains("deny", StringComparer.Ordinal))
            .Select(rule => (rule.Path, Extra: Extra(rule)))
            .Where(static pair => pair.Extra.Length > 0)
            .Select(static pair => $"{pair.Path}: {pair.Extra}")
            .Distinct(StringComparer.Ordinal),
    ];

    private static bool IsEverybodys(PolicyRule rule) =>
        (Always.TryGetValue(rule.Path, out var usual) && !rule.Capabilities.Except(usual.Split(' '), StringComparer.Ordinal).Any())
        || (rule.Path.StartsWith("identity/entity/", StringComparison.Ordinal) && rule.IsForOnePath && rule.Capabilities is ["read"]);

    private string Extra(PolicyRule rule)
    {
        if (needed.FirstOrDefault(one => one.Path == rule.Path) is { } exact)
        {
            return string.Join(", ", rule.Capabilities.Except(exact.Capabilities, StringComparer.Ordinal));
        }

        var within = needed.Any(one => rule.Fits(one.Path));
        return rule.Capabilities.Count == 0 ? string.Empty : $"{string.Join(", ", rule.Capabilities)} ({(within ? "reaches further than the secrets" : "not needed")})";
    }
}
