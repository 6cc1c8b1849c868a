using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Access;

/// <summary>Something that RBAC permits, or doesn't.</summary>
/// <param name="Verb">get, list, watch, create, patch, delete.</param>
/// <param name="Kind">The kind of object.</param>
/// <param name="Subresource">log, eviction; null for the object itself.</param>
/// <param name="Namespace">The namespace.</param>
/// <param name="Name">The object; null for any of them.</param>
internal sealed record Permission(string Verb, ResourceKind Kind, string? Subresource, string Namespace, string? Name)
{
    /// <summary>The resource as a Role writes it: deployments, pods/log.</summary>
    public string Resource => Subresource is null ? Kind.Plural : $"{Kind.Plural}/{Subresource}";

    /// <summary>Any object of a kind.</summary>
    public static Permission Any(string verb, ResourceKind kind, string nameSpace, string? subresource = null) => new(verb, kind, subresource, nameSpace, null);

    /// <summary>One object.</summary>
    public static Permission One(string verb, ResourceKind kind, string nameSpace, string name) => new(verb, kind, null, nameSpace, name);
}
