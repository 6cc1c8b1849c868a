using System.Net;

namespace RotateSecrets.Rotation.Plans;

/// <summary>What a check looks at.</summary>
public enum ProbeKind
{
    /// <summary>A page that must answer.</summary>
    Http,

    /// <summary>A page that must let in a token signed with the new value, and refuse one signed with the old value once that is revoked.</summary>
    Jwt,
}

/// <summary>One check of a plan.</summary>
/// <param name="Kind">What it looks at.</param>
/// <param name="Target">The page.</param>
public sealed record ProbeRecipe(ProbeKind Kind, Uri Target)
{
    /// <summary>The status that a page must have; null for any from 200 to 299.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>A regular expression that a page's text must match; null for anything.</summary>
    public string? Match { get; init; }

    /// <summary>The longest time that a page may take; null for as long as the deadline allows.</summary>
    public TimeSpan? MaximumLatency { get; init; }
}
