namespace RotateSecrets.Peers.KubernetesFaults;

/// <summary>What goes wrong.</summary>
public enum FaultKind
{
    /// <summary>409: somebody else has changed the object. Nothing happens.</summary>
    Conflict,

    /// <summary>410: the version asked for is forgotten. To a watch it comes as the ERROR event that a real server sends.</summary>
    Gone,

    /// <summary>429 with Retry-After. Nothing happens.</summary>
    TooManyRequests,

    /// <summary>500. Nothing happens.</summary>
    ServerError,

    /// <summary>503. Nothing happens.</summary>
    Unavailable,

    /// <summary>401. Nothing happens.</summary>
    Unauthorized,

    /// <summary>403. Nothing happens.</summary>
    Forbidden,

    /// <summary>The connection is reset before the server has got the request.</summary>
    Reset,

    /// <summary>It takes effect, and the connection is reset before the answer.</summary>
    ResetAfter,

    /// <summary>It takes effect, and half of the answer comes.</summary>
    HalfAnswer,

    /// <summary>A watch ends in good order after <see cref="ApiFault.Events"/> events.</summary>
    CloseWatch,

    /// <summary>It takes <see cref="ApiFault.Delay"/> longer, and goes well.</summary>
    Delay,
}

/// <summary>Lets requests go wrong: those that fit all that is named.</summary>
/// <param name="Kind">What goes wrong.</param>
public sealed record ApiFault(FaultKind Kind)
{
    /// <summary>get, list, watch, create, update, patch or delete; null for any.</summary>
    public string? Verb { get; init; }

    /// <summary>deployments, secrets, pods/log ...; null for any.</summary>
    public string? Resource { get; init; }

    /// <summary>The namespace; null for any.</summary>
    public string? Namespace { get; init; }

    /// <summary>The object's name; null for any.</summary>
    public string? Name { get; init; }

    /// <summary>How many such requests go through before the first goes wrong.</summary>
    public int After { get; init; }

    /// <summary>How many go wrong.</summary>
    public int Times { get; init; } = 1;

    /// <summary>What Retry-After says, in seconds.</summary>
    public int RetryAfter { get; init; } = 1;

    /// <summary>How much longer it takes.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How many events a watch brings before it is closed.</summary>
    public int Events { get; init; }

    internal bool Fits(ApiRequest request) =>
        (Verb ?? request.Verb) == request.Verb && (Resource ?? request.Resource) == request.Resource
        && (Namespace ?? request.Namespace) == request.Namespace && (Name ?? request.Name) == request.Name;
}
