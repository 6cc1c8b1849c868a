using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Client;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault.Access;

/// <summary>Writes policies that grant what is needed and nothing else, and compares others with them.</summary>
internal sealed class PolicyDesk(VaultServer server)
{
    // Every token has them by the policy that is called default.
    private static readonly string[] Always = ["auth/token/", "sys/capabilities-self", "sys/internal/ui/", "sys/renew", "sys/leases/renew", "sys/leases/lookup", "cubbyhole/", "sys/wrapping/", "sys/tools/", "sys/control-group/", "identity/"];

    /// <summary>Writes a policy.</summary>
    public async Task<Outcome<StorePolicy>> WriteAsync(
        IReadOnlyList<SecretAddress> addresses, PolicyAudience audience, PolicyFormat format, CancellationToken cancellation) =>
        (await RulesAsync(addresses, audience, cancellation)).Map(rules => new StorePolicy(
            server.Name, audience, format, format == PolicyFormat.Json ? Json(rules) : Hcl(rules)));

    /// <summary>Compares policies with what is needed.</summary>
    public async Task<Outcome<StorePolicyReport>> CompareAsync(
        IReadOnlyList<string> policies, IReadOnlyList<SecretAddress> addresses, PolicyAudience audience, CancellationToken cancellation)
    {
        if ((await RulesAsync(addresses, audience, cancellation)).Failed(out var failure, out var needed))
        {
            return failure;
        }

        var granted = new List<PolicyRule>();
        foreach (var policy in policies)
        {
            if ((await ReadAsync(policy, cancellation)).Failed(out failure, out var rules))
            {
                return failure;
            }

            granted.AddRange(rules);
        }

        var missing = needed.SelectMany(rule => rule.Capabilities.Except(PolicyRule.Granted(granted, rule.Path), StringComparer.Ordinal).Select(capability => $"{rule.Path}: {capability}"));
        var excess = granted
            .Where(static rule => !Always.Any(prefix => rule.Path.StartsWith(prefix, StringComparison.Ordinal)) && !rule.Capabilities.Contains("deny", StringComparer.Ordinal))
            .Select(rule => (Rule: rule, Extra: Extra(rule, needed)))
            .Where(static pair => pair.Extra.Length > 0)
            .Select(static pair => $"{pair.Rule.Path}: {pair.Extra}");
        return new StorePolicyReport(server.Name, policies, [.. missing], [.. excess]);
    }

    private static string Extra(PolicyRule rule, IReadOnlyList<PolicyRule> needed)
    {
        if (needed.FirstOrDefault(one => one.Path == rule.Path) is { } exact)
        {
            return string.Join(", ", rule.Capabilities.Except(exact.Capabilities, StringComparer.Ordinal));
        }

        var within = needed.Any(one => rule.Fits(one.Path));
        return rule.Capabilities.Count == 0 ? string.Empty : $"{string.Join(", ", rule.Capabilities)} ({(within ? "reaches further than the secrets" : "not needed")})";
    }

    private static string Hcl(IReadOnlyList<PolicyRule> rules)
    {
        var text = new StringBuilder();
        foreach (var rule in rules)
        {
            text.Append("path \"").Append(rule.Path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append("\" {\n  capabilities = [")
                .AppendJoin(", ", rule.Capabilities.Select(static capability => $"\"{capability}\"")).Append("]\n}\n");
        }

        return text.ToString();
    }

    private static string Json(IReadOnlyList<PolicyRule> rules)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("path");
            foreach (var rule in rules)
            {
                writer.WriteStartObject(rule.Path);
                writer.WriteStartArray("capabilities");
                foreach (var capability in rule.Capabilities)
                {
                    writer.WriteStringValue(capability);
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    // A name with a wildcard in it would open more than the one secret.
    private static Failure? Flaw(SecretPlace place, SecretAddress address) =>
        place.Path.EndsWith('*') || place.Path.Split('/').Contains("+", StringComparer.Ordinal) || place.Path.Contains("{{", StringComparison.Ordinal)
            ? new Failure(FailureCode.ValueInvalid, address.ToString(), $"No policy can name {address} alone: a '*' at its end, a '+' between slashes and '{{{{' stand for other paths in a policy.")
            : null;

    private async Task<Outcome<IReadOnlyList<PolicyRule>>> RulesAsync(IReadOnlyList<SecretAddress> addresses, PolicyAudience audience, CancellationToken cancellation)
    {
        var needs = new List<AccessNeed>();
        foreach (var address in addresses)
        {
            if ((await server.Mounts.ResolveAsync(address, cancellation)).Failed(out var failure, out var place))
            {
                return failure;
            }

            if (Flaw(place, address) is { } flaw)
            {
                return flaw;
            }

            needs.AddRange(audience == PolicyAudience.Operator
                ? AccessNeeds.Of(place, StoreAccess.Rotate)
                : [new AccessNeed(place.Mount.Version == 2 ? place.At("data") : place.Path, "read", StoreAccess.Read)]);
        }

        return Outcome.Of<IReadOnlyList<PolicyRule>>(
        [
            .. needs.GroupBy(static need => need.Path, StringComparer.Ordinal)
                .Select(static path => new PolicyRule(path.Key, [.. path.Select(static need => need.Capability).Distinct(StringComparer.Ordinal)])),
        ]);
    }

    private async Task<Outcome<IReadOnlyList<PolicyRule>>> ReadAsync(string policy, CancellationToken cancellation)
    {
        var call = VaultCall.Get($"sys/policies/acl/{VaultCall.Escape(policy)}", policy);
        if ((await server.SendAsync(call, "read", [404], cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            return reply.IsSuccess && reply.Data.Text("policy") is { } body
                ? Outcome.Of(PolicyRule.Read(body))
                : new Failure(FailureCode.SecretNotFound, policy, $"There is no policy '{policy}' on the server.") { Remedy = "See `vault policy list`." };
        }
    }
}
