using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Stores;

/// <summary>For whom a policy is.</summary>
public enum PolicyAudience
{
    /// <summary>An application, which reads the secrets and does no more.</summary>
    Application,

    /// <summary>Whoever rotates the secrets.</summary>
    Operator,
}

/// <summary>How a policy is written.</summary>
public enum PolicyFormat
{
    /// <summary>The store's own language.</summary>
    Native,

    /// <summary>JSON.</summary>
    Json,
}

/// <summary>A policy that grants what is needed, and nothing else.</summary>
/// <param name="Store">The store's name.</param>
/// <param name="Audience">For whom it is.</param>
/// <param name="Format">How it is written.</param>
/// <param name="Body">The policy.</param>
public sealed record StorePolicy(string Store, PolicyAudience Audience, PolicyFormat Format, string Body)
{
    /// <summary>The policy.</summary>
    public override string ToString() => Body;
}

/// <summary>Whose permissions are meant: those of policies, of a role, or, where neither is named, of the connection's own token.</summary>
public sealed record PolicyHolder
{
    /// <summary>The names of policies, which together count as one. Default: none.</summary>
    public IReadOnlyList<string> Policies { get; init; } = [];

    /// <summary>The path of a role by which somebody logs in, like <c>auth/approle/role/proxy</c>. Default: none.</summary>
    public string? Role { get; init; }
}

/// <summary>How policies compare with what is needed.</summary>
/// <param name="Store">The store's name.</param>
/// <param name="Policies">The policies, by name.</param>
/// <param name="Missing">What is needed and not granted, one capability at a path each.</param>
/// <param name="Excess">What is granted and not needed, one rule each.</param>
public sealed record StorePolicyReport(string Store, IReadOnlyList<string> Policies, IReadOnlyList<string> Missing, IReadOnlyList<string> Excess)
{
    /// <summary>Whether all that is needed is granted, and nothing else.</summary>
    public bool IsExact => Missing.Count == 0 && Excess.Count == 0;
}

/// <summary>A store whose permissions are policies that can be written and read.</summary>
public interface IPolicyStore
{
    /// <summary>Writes down the policy for secrets. The store isn't changed.</summary>
    /// <param name="addresses">The secrets.</param>
    /// <param name="audience">For whom.</param>
    /// <param name="format">How.</param>
    /// <param name="cancellation">Gives up at once.</param>
    Task<Outcome<StorePolicy>> WritePolicyAsync(
        IReadOnlyList<SecretAddress> addresses, PolicyAudience audience, PolicyFormat format, CancellationToken cancellation);

    /// <summary>Compares what somebody may do with what is needed for secrets.</summary>
    /// <param name="holder">Who.</param>
    /// <param name="addresses">The secrets.</param>
    /// <param name="audience">For whom.</param>
    /// <param name="cancellation">Gives up at once.</param>
    Task<Outcome<StorePolicyReport>> ComparePoliciesAsync(
        PolicyHolder holder, IReadOnlyList<SecretAddress> addresses, PolicyAudience audience, CancellationToken cancellation);
}
