using Microsoft.AspNetCore.Http;

namespace RotateSecrets.Peers.KubernetesFaults;

/// <summary>A request as the API server's authorisation sees it.</summary>
/// <param name="Verb">get, list, watch, create, update, patch, delete, deletecollection; or the method in lower case where it is about no resource.</param>
/// <param name="Resource">deployments, pods/log, secrets ...; or the path where it is about no resource.</param>
/// <param name="Namespace">The namespace; empty for all or none.</param>
/// <param name="Name">The object's name; empty for all.</param>
public sealed record ApiRequest(string Verb, string Resource, string Namespace, string Name)
{
    /// <summary>The API group; empty for the core's.</summary>
    public string Group { get; init; } = string.Empty;

    internal static ApiRequest Of(HttpRequest request)
    {
        var method = request.Method.ToLowerInvariant();
        var path = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (group, rest) = path switch
        {
            ["api", _, .. var core] => (string.Empty, core),
            ["apis", var named, _, .. var grouped] => (named, grouped),
            _ => (string.Empty, []),
        };
        if (rest.Length == 0)
        {
            return new ApiRequest(method, request.Path, string.Empty, string.Empty);
        }

        var (scope, found) = rest is ["namespaces", var inside, _, ..] ? (inside, rest[2..]) : (string.Empty, rest);
        var name = found.ElementAtOrDefault(1) ?? string.Empty;
        var resource = found.Length > 2 ? $"{found[0]}/{string.Join('/', found[2..])}" : found[0];
        return new ApiRequest(VerbOf(method, name, request.Query["watch"]), resource, scope, name) { Group = group };
    }

    private static string VerbOf(string method, string name, string? watch) => method switch
    {
        "get" when watch is "true" or "1" or "True" => "watch",
        "get" => name.Length == 0 ? "list" : "get",
        "post" => "create",
        "put" => "update",
        "delete" => name.Length == 0 ? "deletecollection" : "delete",
        _ => method,
    };
}
