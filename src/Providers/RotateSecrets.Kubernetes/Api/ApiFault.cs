using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Api;

/// <summary>
/// Makes failures of the answers that are none. The reasons are those of the API conventions ("Response Status Kind"); a server's own words are repeated only where
/// they can't quote a Secret.
/// </summary>
internal static class ApiFault
{
    /// <summary>What an answer means that the caller didn't expect.</summary>
    public static Failure Of(ApiReply reply, ApiCall call)
    {
        var unknown = call.IsSafe ? Effect.None : Effect.Unknown;
        return reply.Status switch
        {
            401 => new Failure(FailureCode.CredentialsInvalid, call.Target, "The server doesn't take the credentials: the token or certificate has expired, or isn't one of this cluster's (status 401).")
            {
                Remedy = "Log in again as the kubeconfig's user, then Connect-SecretStore under the same name; Resume-SecretRotation goes on where it stopped.",
            },
            403 when reply.Json.Text("reason") == "Forbidden" && Quota(reply) is { } quota => new Failure(FailureCode.LimitReached, call.Target, $"A quota of the namespace {call.Namespace} forbids it: {quota}."),
            403 => Denied(call),
            404 when call.Resource is null => new Failure(FailureCode.NotSupported, call.Target, $"The server has nothing at /{call.Path}."),
            404 when call.Name is null => new Failure(FailureCode.NotSupported, call.Target, $"The server knows no {call.Resource}{(call.Namespace is null ? string.Empty : $", or no namespace {call.Namespace}")}."),
            404 => new Failure(
                call.Resource == ResourceKind.Secret ? FailureCode.SecretNotFound : FailureCode.ConsumerNotFound, call.Target, $"There is no {call.Resource!.Kind} {call.Namespace}/{call.Name}.")
            {
                Remedy = call.Resource == ResourceKind.Secret ? $"See `kubectl get secrets -n {call.Namespace}` for those that there are." : null,
            },
            409 => new Failure(FailureCode.VersionConflict, call.Target, $"{call.Target} was changed, or made anew, by somebody else in between (status 409)."),
            410 => new Failure(FailureCode.StoreUnavailable, call.Target, $"The server has forgotten the state from which {call.Target} was to be read on (status 410)."),
            413 => TooLarge(call),
            415 => new Failure(FailureCode.NotSupported, call.Target, $"The server takes no such patch of {call.Resource} (status 415)."),
            422 => Invalid(reply, call),
            429 => new Failure(FailureCode.Throttled, call.Target, "The server asks for fewer requests (status 429).") { RetryAfter = reply.RetryAfter },
            503 or 504 => new Failure(FailureCode.StoreUnavailable, call.Target, $"The server can't answer now (status {reply.Status}).") { Effect = unknown, RetryAfter = reply.RetryAfter },
            >= 500 => new Failure(FailureCode.StoreUnavailable, call.Target, $"The server could not do it (status {reply.Status}).") { Effect = unknown, RetryAfter = reply.RetryAfter },
            _ => new Failure(FailureCode.Unexpected, call.Target, $"{call.Verb} {call.Resource} was answered with status {reply.Status}."),
        };
    }

    /// <summary>A value that makes the Secret larger than the server takes.</summary>
    public static Failure TooLarge(ApiCall call) => new(FailureCode.ValueInvalid, call.Target, $"{call.Target} would be larger than the 1,048,576 bytes that a Secret may have in all.");

    /// <summary>What the caller isn't permitted to do, and the rule that would permit it.</summary>
    public static Failure Denied(ApiCall call) => Denied(call.Verb, call.Resource, call.Subresource, call.Namespace, call.Name, call.Target);

    public static Failure Denied(string verb, ResourceKind? resource, string? subresource, string? nameSpace, string? name, string target)
    {
        var what = subresource is null ? $"{resource?.Plural ?? "this"}" : $"{resource?.Plural}/{subresource}";
        var place = nameSpace is null ? "across the cluster" : $"in the namespace {nameSpace}";
        return new Failure(
            FailureCode.AccessDenied, target, $"The user of this context may not {verb} {what}{(resource?.Group is { Length: > 0 } group ? $" ({group})" : string.Empty)} {place}{(name is null ? string.Empty : $", of the name {name}")}.")
        {
            Remedy = RuleFor(verb, what, resource?.Group ?? string.Empty, nameSpace, name),
        };
    }

    /// <summary>The rule of a Role that permits something, as one line of YAML.</summary>
    public static string RuleFor(string verb, string what, string group, string? nameSpace, string? name)
    {
        var names = name is null || verb is "create" or "list" or "watch" ? string.Empty : $", resourceNames: [\"{name}\"]";
        return $"This rule of a {(nameSpace is null ? "ClusterRole" : $"Role in {nameSpace}")}, bound to that user, would allow it: "
            + $"{{apiGroups: [\"{group}\"], resources: [\"{what}\"]{names}, verbs: [\"{verb}\"]}}";
    }

    // "exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2"
    private static string? Quota(ApiReply reply) =>
        reply.Json.Text("message") is { } message && message.IndexOf("exceeded quota", StringComparison.Ordinal) is var at and >= 0 ? message[at..] : null;

    // The server quotes what it finds invalid; of a Secret that could be its value.
    private static Failure Invalid(ApiReply reply, ApiCall call)
    {
        var fields = reply.Json.Items("details", "causes").Select(static cause => cause.Text("field")).OfType<string>().Distinct(StringComparer.Ordinal).Take(5).ToList();
        var isImmutable = call.Resource == ResourceKind.Secret && reply.Json.Text("message")?.Contains("immutable", StringComparison.Ordinal) == true;
        if (isImmutable)
        {
            return Immutable(call.Target);
        }

        return reply.Json.Text("message")?.Contains("Too long", StringComparison.Ordinal) == true && call.Resource == ResourceKind.Secret
            ? TooLarge(call)
            : new Failure(FailureCode.ValueInvalid, call.Target, $"The server refused {call.Target} as invalid{(fields.Count == 0 ? string.Empty : $": {string.Join(", ", fields)}")} (status 422).");
    }

    /// <summary>A Secret whose data can't be changed.</summary>
    public static Failure Immutable(string target) => new(FailureCode.NotSupported, target, $"The Secret of {target} is immutable: its value can't be changed in place.")
    {
        Remedy = "Let the plan's strategy be Rename: the new value gets a Secret of its own, to which the references are pointed.",
    };
}
