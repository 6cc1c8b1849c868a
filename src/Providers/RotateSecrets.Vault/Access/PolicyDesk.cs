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
    private const string Root = "root";

    /// <summary>Writes a policy.</summary>
    public async Task<Outcome<StorePolicy>> WriteAsync(
        IReadOnlyList<SecretAddress> addresses, PolicyAudience audience, PolicyFormat format, CancellationToken cancellation) =>
        (await RulesAsync(addresses, audience, cancellation)).Map(rules => new StorePolicy(
            server.Name, audience, format, format == PolicyFormat.Json ? Json(rules) : Hcl(rules)));

    /// <summary>Compares what somebody may do with what is needed.</summary>
    public async Task<Outcome<StorePolicyReport>> CompareAsync(
        PolicyHolder holder, IReadOnlyList<SecretAddress> addresses, PolicyAudience audience, CancellationToken cancellation)
    {
        if ((await RulesAsync(addresses, audience, cancellation)).Failed(out var failure, out var needed)
            || (await PoliciesAsync(holder, cancellation)).Failed(out failure, out var policies))
        {
            return failure;
        }

        if (policies.Contains(Root, StringComparer.Ordinal))
        {
            return new StorePolicyReport(server.Name, policies, [], ["*: everything, as the policy 'root' has it"]);
        }

        var isOwn = holder is { Policies: [], Role: null };
        if ((await GrantedAsync(policies, isOwn, cancellation)).Failed(out failure, out var granted))
        {
            return failure;
        }

        var comparison = new PolicyComparison(needed, granted);
        return !isOwn ? new StorePolicyReport(server.Name, policies, comparison.Missing, comparison.Excess)
            : (await LackingAsync(needed, addresses[0].ToString(), cancellation)).Map(lacking => new StorePolicyReport(server.Name, policies, lacking, comparison.Excess));
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

    private async Task<Outcome<IReadOnlyList<string>>> PoliciesAsync(PolicyHolder holder, CancellationToken cancellation) =>
        holder.Role is { } role ? await RoleAsync(role.Trim('/'), cancellation) : Outcome.Of(holder.Policies is [] ? server.Keeper.Token.Policies : holder.Policies);

    // The methods name the same thing differently, and older servers otherwise than younger ones.
    private async Task<Outcome<IReadOnlyList<string>>> RoleAsync(string role, CancellationToken cancellation)
    {
        if (!role.StartsWith("auth/", StringComparison.Ordinal))
        {
            return new Failure(FailureCode.ValueInvalid, role, $"'{role}' is no path of a role.") { Remedy = "Write it with its method, as in auth/approle/role/proxy or auth/kubernetes/role/proxy." };
        }

        if ((await server.SendAsync(VaultCall.Get(VaultCall.Escape(role), role), "read", [404], cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            if (!reply.IsSuccess)
            {
                return new Failure(FailureCode.SecretNotFound, role, $"There is no role at {role}.") { Remedy = "See `vault list` with the path before its name, and `vault auth list` for the methods." };
            }

            var data = reply.Data;
            var named = ((string[])["token_policies", "policies", "allowed_policies"])
                .SelectMany(name => data.Text(name) is { } text ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : data.Texts(name));
            return Outcome.Of<IReadOnlyList<string>>([.. named.Concat(data.Flag("token_no_default_policy") ? [] : ["default"]).Distinct(StringComparer.Ordinal)]);
        }
    }

    // Whoever may not read policies is told by the server what its own come to.
    private async Task<Outcome<IReadOnlyList<PolicyRule>>> GrantedAsync(IReadOnlyList<string> policies, bool isOwn, CancellationToken cancellation)
    {
        var granted = new List<PolicyRule>();
        foreach (var policy in policies)
        {
            if ((await ReadAsync(policy, cancellation)).Succeeded(out var rules, out var failure))
            {
                granted.AddRange(rules);
            }
            else
            {
                return isOwn && failure.Code == FailureCode.AccessDenied ? await ResultantAsync(cancellation) : failure;
            }
        }

        return granted;
    }

    private async Task<Outcome<IReadOnlyList<PolicyRule>>> ResultantAsync(CancellationToken cancellation)
    {
        if ((await server.SendAsync(VaultCall.Get("sys/internal/ui/resultant-acl", server.Name), "read", [], cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            return Outcome.Of(PolicyRule.ReadResultant(reply.Data));
        }
    }

    private async Task<Outcome<IReadOnlyList<string>>> LackingAsync(IReadOnlyList<PolicyRule> needed, string target, CancellationToken cancellation) =>
        (await new AccessCheck(server).CapabilitiesAsync([.. needed.Select(static rule => rule.Path)], target, cancellation)).Map(held => (IReadOnlyList<string>)
        [
            .. needed.SelectMany(rule => rule.Capabilities.Where(capability => !new AccessNeed(rule.Path, capability, StoreAccess.None).IsMetBy(held[rule.Path])).Select(capability => $"{rule.Path}: {capability}")),
        ]);
}
