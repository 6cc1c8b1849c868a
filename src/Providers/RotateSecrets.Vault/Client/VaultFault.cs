using System.Net;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Vault.Client;

/// <summary>Makes failures of the answers that are none. The status codes are those of the HTTP API's page "HTTP Status Codes".</summary>
internal static class VaultFault
{
    /// <summary>What an answer means that no caller expected.</summary>
    /// <param name="reply">The answer.</param>
    /// <param name="call">What was asked.</param>
    public static Failure Of(VaultReply reply, VaultCall call)
    {
        var unknown = call.IsSafe ? Effect.None : Effect.Unknown;
        return (int)reply.Status switch
        {
            _ when !reply.IsIntact => new Failure(FailureCode.StoreUnavailable, call.Target, $"What answered for {call.Target} is no Vault server: status {(int)reply.Status}, and no JSON.")
            {
                Remedy = "See whether a proxy or another service stands at the address, and whether it should begin with https.",
                Effect = unknown,
            },
            400 when reply.IsUpgrading => new Failure(FailureCode.StoreUnavailable, call.Target, "The key-value engine is being upgraded to version 2, which takes a moment."),
            403 => new Failure(FailureCode.AccessDenied, call.Target, $"{call.Method} {PathOf(call)} was refused."),
            412 => new Failure(FailureCode.StoreUnavailable, call.Target, "The node that answered doesn't have the latest writes yet (status 412).")
            {
                Remedy = "Try again, or use the address of the active node.",
            },
            429 => new Failure(FailureCode.Throttled, call.Target, "The server's rate limit is reached (status 429).") { RetryAfter = reply.RetryAfter },
            472 => Secondary(call.Target),
            473 => new Failure(FailureCode.StoreUnavailable, call.Target, "The node is a performance standby that doesn't forward this request (status 473).")
            {
                Remedy = "Use the address of the active node.",
            },
            501 => Uninitialised(call.Target),
            503 => Sealed(call.Target),
            413 => new Failure(FailureCode.ValueInvalid, call.Target, "The value is larger than the server takes (status 413)."),
            500 when reply.Says("no active") || reply.Says("active cluster node not found") || reply.Says("standby") =>
                new Failure(FailureCode.StoreUnavailable, call.Target, "The node is a standby, and no node is active.") { Remedy = "Wait for an election, or see why there is none." },
            >= 500 => new Failure(FailureCode.StoreUnavailable, call.Target, $"The server could not do it: status {(int)reply.Status}.") { Effect = unknown },
            404 when reply.Says("no handler for route") => NoRoute(call),
            404 => new Failure(FailureCode.SecretNotFound, call.Target, $"There is nothing at {PathOf(call)}."),
            405 => new Failure(FailureCode.NotSupported, call.Target, $"The server has no {call.Method} at {PathOf(call)}."),
            _ => new Failure(FailureCode.Unexpected, call.Target, $"{call.Method} {PathOf(call)} was answered with status {(int)reply.Status}."),
        };
    }

    /// <summary>Why a node didn't look at a request at all; null where it did. No caller can take it for an answer to what was asked.</summary>
    /// <param name="reply">The answer.</param>
    /// <param name="call">What was asked.</param>
    /// <param name="nameSpace">The namespace in which it was asked; null for the root.</param>
    /// <remarks>Sources: a secondary for disaster recovery answers with 400; OpenBao's request handling for namespaces that don't exist; the page "API lock" for those that are locked.</remarks>
    public static Failure? Unserved(VaultReply reply, VaultCall call, string? nameSpace) => reply switch
    {
        { IsSuccess: true } => null,
        _ when reply.Says("replication DR secondary mode") => Secondary(call.Target),
        { Status: HttpStatusCode.NotFound } when reply.Says("namespace not found") =>
            new Failure(FailureCode.ValueInvalid, call.Target, $"The server has no namespace '{nameSpace}'.") { Remedy = "See `bao namespace list` or `vault namespace list`, and name the whole path." },
        _ when reply.Says("has been locked by an administrator") =>
            new Failure(FailureCode.StoreUnavailable, call.Target, $"The namespace '{nameSpace}' is locked by an administrator.") { Remedy = "Have it unlocked with `vault namespace unlock`." },
        _ => null,
    };

    /// <summary>The server has no keys yet.</summary>
    public static Failure Uninitialised(string target) => new(FailureCode.StoreUnavailable, target, "The server was never initialised.")
    {
        Remedy = "Initialise it with `vault operator init`, and unseal it.",
    };

    /// <summary>The server can't read its own storage.</summary>
    public static Failure Sealed(string target) => new(FailureCode.StoreUnavailable, target, "The server is sealed.")
    {
        Remedy = "Have it unsealed with `vault operator unseal`; nothing was lost, and the rotation can be resumed then.",
    };

    /// <summary>The path of a call, as policies name it.</summary>
    public static string PathOf(VaultCall call) => Uri.UnescapeDataString(call.Path.Split('?')[0]);

    private static Failure Secondary(string target) =>
        new(FailureCode.StoreUnavailable, target, "The node is a secondary for disaster recovery, which answers no requests.") { Remedy = "Use the address of the primary cluster." };

    private static Failure NoRoute(VaultCall call) =>
        new(FailureCode.SecretNotFound, call.Target, $"No secrets engine is mounted where {PathOf(call)} would be.")
        {
            Remedy = "See `vault secrets list` for the mounts; the first part of the address's path must be one of them.",
        };
}
