namespace RotateSecrets.Peers.GitHub.Http;

/// <summary>A request that was answered.</summary>
/// <param name="Route">The endpoint, as the official description names it; the method and path where there is none.</param>
/// <param name="Path">The path below the API, and the query.</param>
/// <param name="Status">The answer's status; 0 where none was given.</param>
/// <param name="At">When it came, by the server's clock.</param>
/// <param name="Body">What was sent.</param>
public sealed record Logged(string Route, string Path, int Status, DateTimeOffset At, string Body);

/// <summary>The requests so far.</summary>
public sealed class RequestLog
{
    private readonly Lock gate = new();
    private readonly List<Logged> all = [];
    private int inFlight;

    /// <summary>How many were under way at a time, at the most.</summary>
    public int MostInFlight { get; private set; }

    /// <summary>All, in the order of their answers.</summary>
    public IReadOnlyList<Logged> All
    {
        get
        {
            lock (gate)
            {
                return [.. all];
            }
        }
    }

    /// <summary>How many there were of an endpoint: <c>PUT /repos/{owner}/{repo}/actions/secrets/{secret_name}</c>.</summary>
    public int Count(string route) => All.Count(one => one.Route == route);

    /// <summary>How many there were of each endpoint.</summary>
    public IReadOnlyDictionary<string, int> PerRoute() => All.GroupBy(static one => one.Route, StringComparer.Ordinal).ToDictionary(static one => one.Key, static one => one.Count(), StringComparer.Ordinal);

    /// <summary>How many changed something, or tried to.</summary>
    public int Writes => All.Count(static one => !one.Route.StartsWith("GET ", StringComparison.Ordinal) && one.Route != "POST /graphql" && !one.Route.StartsWith("POST /app/", StringComparison.Ordinal));

    /// <summary>How many were answered with 304, and cost nothing.</summary>
    public int Unchanged => All.Count(static one => one.Status == 304);

    /// <summary>Begins anew.</summary>
    public void Forget()
    {
        lock (gate)
        {
            all.Clear();
            MostInFlight = inFlight;
        }
    }

    internal int Begin()
    {
        lock (gate)
        {
            MostInFlight = Math.Max(MostInFlight, ++inFlight);
            return inFlight;
        }
    }

    internal void End(Logged one)
    {
        lock (gate)
        {
            inFlight--;
            all.Add(one);
        }
    }
}
