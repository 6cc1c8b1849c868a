using System.Globalization;
using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Http;

/// <summary>How a secondary limit is said: GitHub does it in all of these ways.</summary>
public enum SecondaryAnswer
{
    /// <summary>403 with Retry-After.</summary>
    ForbiddenWithRetryAfter,

    /// <summary>429 with Retry-After.</summary>
    TooManyWithRetryAfter,

    /// <summary>403 and nothing but a message.</summary>
    Forbidden,

    /// <summary>403 and the message that it had before 2022.</summary>
    Abuse,
}

/// <summary>The limits, by the server's clock.</summary>
/// <remarks>Source: GitHub's page "Rate limits for the REST API".</remarks>
/// <param name="time">The server's clock.</param>
public sealed class RateLimits(TimeProvider time)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Dictionary<(string Token, string Resource), (DateTimeOffset Reset, int Used)> primary = [];
    private readonly Queue<(DateTimeOffset At, int Points, bool IsContent)> spent = new();

    /// <summary>Requests an hour.</summary>
    public int Hourly { get; set; } = 5000;

    /// <summary>Points of GraphQL an hour.</summary>
    public int HourlyPoints { get; set; } = 5000;

    /// <summary>Points a minute: 1 for a read, 5 for a write.</summary>
    public int PointsAMinute { get; set; } = 900;

    /// <summary>Requests a minute that create content.</summary>
    public int ContentAMinute { get; set; } = 80;

    /// <summary>Requests an hour that create content.</summary>
    public int ContentAnHour { get; set; } = 500;

    /// <summary>Requests at a time.</summary>
    public int AtATime { get; set; } = 100;

    public SecondaryAnswer Answer { get; set; }

    /// <summary>How long Retry-After says.</summary>
    public TimeSpan RetryAfter { get; set; } = Minute;

    /// <summary>How often a secondary limit was hit.</summary>
    public int SecondaryHits { get; private set; }

    /// <summary>How often the primary limit was hit.</summary>
    public int PrimaryHits { get; private set; }

    /// <summary>How many of the next requests are refused for a secondary limit, whatever the pace.</summary>
    public int RefuseNext { get; set; }

    /// <summary>Lets so many requests be left to a token until the window begins anew.</summary>
    public void Leave(string token, int remaining, TimeSpan until) => primary[(token, "core")] = (time.GetUtcNow() + until, Hourly - remaining);

    /// <summary>Lets so many points of GraphQL be left to a token until the window begins anew.</summary>
    public void LeavePoints(string token, int remaining, TimeSpan until) => primary[(token, "graphql")] = (time.GetUtcNow() + until, HourlyPoints - remaining);

    /// <summary>Counts a request, or refuses it.</summary>
    internal Reply? Enter(Credential caller, Route route, int inFlight)
    {
        var now = time.GetUtcNow();
        if (route.Name == "GET /rate_limit")
        {
            return null;
        }

        while (spent.TryPeek(out var oldest) && now - oldest.At >= Hour)
        {
            spent.Dequeue();
        }

        var window = spent.Where(one => now - one.At < Minute).ToList();
        var points = route.IsWrite ? 5 : 1;
        var isContent = route.IsWrite && !route.IsForApps;
        if (RefuseNext > 0
            || inFlight > AtATime
            || window.Sum(static one => one.Points) + points > PointsAMinute
            || (isContent && (window.Count(static one => one.IsContent) >= ContentAMinute || spent.Count(static one => one.IsContent) >= ContentAnHour)))
        {
            RefuseNext = Math.Max(0, RefuseNext - 1);
            SecondaryHits++;
            return Refused();
        }

        var (limit, used, _) = Read(caller, route);
        if (used >= limit)
        {
            PrimaryHits++;
            var said = string.Create(CultureInfo.InvariantCulture, $"API rate limit exceeded for user ID {caller.User.Id}. If you reach out to GitHub Support for help, please include the request ID.");
            return Resource(route) == "graphql" ? Reply.Ok(new JsonObject { ["errors"] = new JsonArray(new JsonObject { ["type"] = "RATE_LIMITED", ["message"] = said }) }) : Reply.Error(403, said);
        }

        spent.Enqueue((now, points, isContent));
        return null;
    }

    /// <summary>Lets a request cost what it costs.</summary>
    internal void Charge(Credential caller, Route route)
    {
        if (route.Name != "GET /rate_limit")
        {
            var (_, used, reset) = Read(caller, route);
            primary[(caller.Token, Resource(route))] = (reset, used + 1);
        }
    }

    /// <summary>What the headers of an answer say.</summary>
    internal (int Limit, int Used, DateTimeOffset Reset) Read(Credential caller, Route? route)
    {
        var now = time.GetUtcNow();
        var key = (caller.Token, Resource(route));
        if (!primary.TryGetValue(key, out var window) || window.Reset <= now)
        {
            primary[key] = window = (DateTimeOffset.FromUnixTimeSeconds((now + Hour).ToUnixTimeSeconds()), 0);
        }

        return (key.Item2 == "graphql" ? HourlyPoints : Hourly, window.Used, window.Reset);
    }

    internal static string Resource(Route? route) => route?.Name == "POST /graphql" ? "graphql" : "core";

    private Reply Refused()
    {
        const string said = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID.";
        var seconds = ((int)RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Answer switch
        {
            SecondaryAnswer.ForbiddenWithRetryAfter => Reply.Error(403, said, ("Retry-After", seconds)),
            SecondaryAnswer.TooManyWithRetryAfter => Reply.Error(429, said, ("Retry-After", seconds)),
            SecondaryAnswer.Forbidden => Reply.Error(403, said),
            _ => Reply.Error(403, "You have triggered an abuse detection mechanism. Please wait a few minutes before you try again."),
        };
    }
}
