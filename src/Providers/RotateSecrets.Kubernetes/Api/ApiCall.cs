namespace RotateSecrets.Kubernetes.Api;

/// <summary>One request, and what RBAC calls it.</summary>
/// <param name="Verb">The RBAC verb: get, list, watch, create, patch, delete.</param>
/// <param name="Resource">The kind of object; null for what is none (discovery, version).</param>
/// <param name="Namespace">The namespace; null across all, or where there is none.</param>
/// <param name="Name">The object; null for a collection.</param>
/// <param name="Path">Path and query below the server's address.</param>
/// <param name="Target">What a failure is about.</param>
internal sealed record ApiCall(string Verb, ResourceKind? Resource, string? Namespace, string? Name, string Path, string Target)
{
    /// <summary>
    /// As whom the module changes fields: what managedFields show. A write whose time matters adds something of its own, for a server notes a new time only where a field
    /// changes hands (seen with 1.20).
    /// </summary>
    public const string Manager = "rotatesecrets";

    private const int LongestManager = 128;

    public const string MergePatch = "application/merge-patch+json";
    public const string JsonPatch = "application/json-patch+json";

    private const string Json = "application/json";

    /// <summary>The subresource: log, eviction; null for the object itself.</summary>
    public string? Subresource { get; init; }

    /// <summary>What is sent; null for nothing.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    public string ContentType { get; init; } = Json;

    /// <summary>Whether sending it twice is as good as once: it reads, or the server itself makes a second one harmless.</summary>
    public bool IsSafe => Verb is "get" or "list" or "watch" || IsIdempotent;

    /// <summary>Whether a write can be repeated without a second effect.</summary>
    public bool IsIdempotent { get; init; }

    public HttpMethod Method => Verb switch
    {
        "create" => HttpMethod.Post,
        "patch" => HttpMethod.Patch,
        "delete" => HttpMethod.Delete,
        _ => HttpMethod.Get,
    };

    public static ApiCall Ask(string path) => new("get", null, null, null, path, path);

    public static ApiCall Get(ResourceKind kind, string? nameSpace, string name, string? target = null) =>
        new("get", kind, nameSpace, name, $"{kind.PathIn(nameSpace)}/{Uri.EscapeDataString(name)}", target ?? Title(kind, nameSpace, name));

    public static ApiCall List(ResourceKind kind, string? nameSpace, string query) =>
        new("list", kind, nameSpace, null, $"{kind.PathIn(nameSpace)}?{query}", Title(kind, nameSpace, null));

    public static ApiCall Watch(ResourceKind kind, string? nameSpace, string query) =>
        new("watch", kind, nameSpace, null, $"{kind.PathIn(nameSpace)}?watch=true&{query}", Title(kind, nameSpace, null));

    public static ApiCall Create(ResourceKind kind, string? nameSpace, ReadOnlyMemory<byte> body, string? target = null, string? hand = null) =>
        new("create", kind, nameSpace, null, $"{kind.PathIn(nameSpace)}?fieldManager={ManagerOf(hand)}", target ?? Title(kind, nameSpace, null)) { Body = body };

    public static ApiCall Patch(ResourceKind kind, string nameSpace, string name, ReadOnlyMemory<byte> body, string type, string? target = null, string? hand = null) =>
        new("patch", kind, nameSpace, name, $"{kind.PathIn(nameSpace)}/{Uri.EscapeDataString(name)}?fieldManager={ManagerOf(hand)}", target ?? Title(kind, nameSpace, name))
        {
            Body = body,
            ContentType = type,
        };

    public static ApiCall Delete(ResourceKind kind, string nameSpace, string name, ReadOnlyMemory<byte> body, string? target = null) =>
        new("delete", kind, nameSpace, name, $"{kind.PathIn(nameSpace)}/{Uri.EscapeDataString(name)}", target ?? Title(kind, nameSpace, name)) { Body = body };

    /// <summary>Asks for a pod's eviction, which its disruption budget may refuse.</summary>
    public static ApiCall Evict(string nameSpace, string pod, ReadOnlyMemory<byte> body) =>
        new("create", ResourceKind.Pod, nameSpace, pod, $"{ResourceKind.Pod.PathIn(nameSpace)}/{Uri.EscapeDataString(pod)}/eviction", Title(ResourceKind.Pod, nameSpace, pod))
        {
            Subresource = "eviction",
            Body = body,
        };

    public static ApiCall Log(string nameSpace, string pod, string container, bool previous, int lines) =>
        new(
            "get",
            ResourceKind.Pod,
            nameSpace,
            pod,
            FormattableString.Invariant(
                $"{ResourceKind.Pod.PathIn(nameSpace)}/{Uri.EscapeDataString(pod)}/log?container={Uri.EscapeDataString(container)}&tailLines={lines}&limitBytes=16384{(previous ? "&previous=true" : string.Empty)}"),
            Title(ResourceKind.Pod, nameSpace, pod))
        {
            Subresource = "log",
        };

    private static string ManagerOf(string? hand)
    {
        var manager = hand is null ? Manager : $"{Manager}-{hand}";
        return Uri.EscapeDataString(manager.Length > LongestManager ? manager[..LongestManager] : manager);
    }

    private static string Title(ResourceKind kind, string? nameSpace, string? name) =>
        nameSpace is null ? name is null ? kind.ToString() : $"{kind.Kind} {name}" : name is null ? $"{kind} in {nameSpace}" : $"{kind.Kind} {nameSpace}/{name}";
}
