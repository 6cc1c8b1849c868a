using RotateSecrets.Peers.GitHub.Http;

namespace RotateSecrets.Peers.GitHub.Endpoints;

/// <summary>All endpoints.</summary>
internal sealed class RouteTable
{
    private readonly Dictionary<string, List<Route>> byMethod =
        ((IEnumerable<Route>)[
            .. AccountEndpoints.Routes, .. RepositoryEndpoints.Routes, .. SecretEndpoints.Routes, .. OrganizationSecretEndpoints.Routes, .. GitEndpoints.Routes, .. ContentEndpoints.Routes, .. PullEndpoints.Routes,
            .. WorkflowEndpoints.Routes, .. RunEndpoints.Routes, .. AuditEndpoints.Routes, .. CodespaceEndpoints.Routes, .. Query.QueryEndpoint.Routes])
        .GroupBy(static route => route.Method, StringComparer.Ordinal)
        .ToDictionary(static group => group.Key, static group => group.OrderBy(static route => route.Parameters).ToList(), StringComparer.Ordinal);

    public IEnumerable<Route> All => byMethod.Values.SelectMany(static routes => routes);

    /// <summary>Finds the endpoint of a request; null where there is none.</summary>
    public (Route? Route, IReadOnlyDictionary<string, string> Values) Find(Incoming incoming)
    {
        var segments = incoming.Path[1..].Split('/');
        foreach (var route in byMethod.GetValueOrDefault(incoming.Method) ?? [])
        {
            if (route.Match(incoming.Method, segments) is { } values)
            {
                return (route, values);
            }
        }

        return (null, new Dictionary<string, string>(StringComparer.Ordinal));
    }
}
