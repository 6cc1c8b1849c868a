namespace AwsDouble;

/// <summary>What goes wrong with a request.</summary>
public enum FaultKind
{
    /// <summary>ThrottlingException; nothing happens.</summary>
    Throttle,

    /// <summary>500 InternalServiceException; nothing happens.</summary>
    ServerError,

    /// <summary>The connection ends before anything happens.</summary>
    DropBefore,

    /// <summary>It takes effect, and the connection ends before the answer.</summary>
    DropAfter,

    /// <summary>It takes effect, and half an answer comes.</summary>
    HalfAnswer,

    /// <summary>501, as of a stand-in that has no such operation.</summary>
    NotImplemented,

    /// <summary>AccessDeniedException.</summary>
    Denied,

    /// <summary>AccessDeniedException for the KMS key.</summary>
    KeyDenied,

    /// <summary>AccessDeniedException that names the action on a KMS key.</summary>
    KeyActionDenied,

    /// <summary>DecryptionFailure.</summary>
    KeyDisabled,
}

/// <summary>What goes wrong with the next requests for an operation.</summary>
/// <param name="Operation">The operation, or * for any.</param>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Times">How often.</param>
public sealed record Fault(string Operation, FaultKind Kind, int Times = 1);

/// <summary>A request and its answer, as they went over the wire.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Request">The request's JSON.</param>
/// <param name="Error">The error's code, or null.</param>
/// <param name="Answer">The answer's JSON.</param>
public sealed record Exchange(string Operation, string Request, string? Error, string Answer);
