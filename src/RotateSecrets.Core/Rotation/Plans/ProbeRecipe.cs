using System.Net;

namespace RotateSecrets.Rotation.Plans;

/// <summary>What a check looks at.</summary>
public enum ProbeKind
{
    /// <summary>A page that must answer.</summary>
    Http,

    /// <summary>A page that must let in a token signed with the new value, and refuse one signed with the old value once that is revoked.</summary>
    Jwt,

    /// <summary>Consumers whose roll-out must be complete, and whose instances must be ready and not keep being restarted.</summary>
    Workload,
}

/// <summary>One check of a plan.</summary>
/// <param name="Kind">What it looks at.</param>
/// <param name="Target">The page; of consumers, a pattern of their names as <c>workload:/pattern</c>.</param>
public sealed record ProbeRecipe(ProbeKind Kind, Uri Target)
{
    private const string WorkloadScheme = "workload:/";

    /// <summary>What the plan says: the page, or the pattern.</summary>
    public string Text => Kind == ProbeKind.Workload ? Uri.UnescapeDataString(Target.OriginalString[WorkloadScheme.Length..]) : Target.OriginalString;

    /// <summary>A check of consumers.</summary>
    /// <param name="pattern">A pattern of their names, with * and ?.</param>
    public static ProbeRecipe OfWorkloads(string pattern) => new(ProbeKind.Workload, new Uri(WorkloadScheme + Uri.EscapeDataString(pattern)));

    /// <summary>The status that a page must have; null for any from 200 to 299.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>A regular expression that a page's text must match; null for anything.</summary>
    public string? Match { get; init; }

    /// <summary>The longest time that a page may take; null for as long as the deadline allows.</summary>
    public TimeSpan? MaximumLatency { get; init; }
}
