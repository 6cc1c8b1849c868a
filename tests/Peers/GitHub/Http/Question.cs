using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.Shapes;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Http;

/// <summary>A request.</summary>
public sealed class Question
{
    private readonly Repository? repository;
    private readonly Account? organization;

    internal Question(GitHubState state, Credential caller, Route route, IReadOnlyDictionary<string, string> values, Incoming incoming, RateLimits limits, Repository? repository, Account? organization)
    {
        Limits = limits;
        State = state;
        Caller = caller;
        Route = route;
        Values = values;
        Incoming = incoming;
        this.repository = repository;
        this.organization = organization;
    }

    public GitHubState State { get; }

    public Credential Caller { get; }

    /// <summary>The endpoint.</summary>
    public Route Route { get; }

    /// <summary>What stands in the place of the path's parameters.</summary>
    public IReadOnlyDictionary<string, string> Values { get; }

    internal Incoming Incoming { get; }

    internal RateLimits Limits { get; }

    /// <summary>The repository that the path names.</summary>
    public Repository Repository => repository ?? throw new InvalidOperationException($"{Route.Name} names no repository.");

    /// <summary>The organisation that the path names.</summary>
    public Account Organization => organization ?? throw new InvalidOperationException($"{Route.Name} names no organisation.");

    /// <summary>The body, where it is an object.</summary>
    public JsonObject Body => Incoming.Body as JsonObject ?? [];

    /// <summary>Where answers say that things are.</summary>
    internal Places Places => new(Incoming.Root);

    /// <summary>A parameter of the query; null where it isn't there.</summary>
    public string? Query(string name) => Incoming.Query.GetValueOrDefault(name);

    /// <summary>A member of the body that is text; null where it isn't there or no text.</summary>
    public string? Text(string name) => Body[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    /// <summary>A number of the path.</summary>
    public long Number(string name) => long.TryParse(Values[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new Refusal(Reply.NotFound);
}

/// <summary>What came over the wire.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path, still escaped, without what stands for the API's version.</param>
/// <param name="Query">The query.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body; null where there is none.</param>
/// <param name="Root">The address under which the client knows the API, with a slash at its end.</param>
internal sealed record Incoming(string Method, string Path, IReadOnlyDictionary<string, string> Query, IReadOnlyDictionary<string, string> Headers, JsonNode? Body, string Root)
{
    /// <summary>Whether what was sent isn't JSON.</summary>
    public bool IsBroken { get; init; }

    /// <summary>The path, and the query as it came.</summary>
    public string Target { get; init; } = string.Empty;

    /// <summary>What was sent.</summary>
    public byte[] Sent { get; init; } = [];
}
