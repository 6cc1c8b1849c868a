using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using RotateSecrets.Peers.GitHub.Access;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Http;

/// <summary>Works on requests, one at a time: who asks, what it costs, what is answered, and whether that is new.</summary>
/// <param name="server">The server.</param>
/// <param name="gate">Held while a request is worked on.</param>
/// <param name="state">All that the server knows.</param>
internal sealed class Clerk(GitHubDouble server, Lock gate, GitHubState state)
{
    private readonly Gatekeeper gatekeeper = new(state);

    /// <summary>Answers a request.</summary>
    public Reply Work(HttpResponse response, Route? route, IReadOnlyDictionary<string, string> values, Incoming incoming, int inFlight)
    {
        lock (gate)
        {
            response.Headers.Date = state.Now.ToString("r", CultureInfo.InvariantCulture);
            response.Headers["X-GitHub-Request-Id"] = Convert.ToHexString(RandomNumberGenerator.GetBytes(8));
            response.Headers["X-GitHub-Media-Type"] = "github.v3; format=json";
            try
            {
                return Work(response, gatekeeper.Authenticate(incoming), route ?? throw new Refusal(Reply.NotFound), values, incoming, inFlight);
            }
            catch (Refusal refusal)
            {
                return refusal.Reply;
            }
        }
    }

    private Reply Work(HttpResponse response, Credential caller, Route route, IReadOnlyDictionary<string, string> values, Incoming incoming, int inFlight)
    {
        Reply reply;
        var refused = server.Limits.Enter(caller, route, inFlight);
        try
        {
            reply = refused ?? Ask(caller, route, values, incoming);
        }
        catch (Refusal refusal)
        {
            reply = refusal.Reply;
        }

        if (reply is { Status: 200, Body: { } body } && route.Method == "GET")
        {
            var tag = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body)))}\"";
            response.Headers.ETag = tag;
            response.Headers.CacheControl = "private, max-age=60, s-maxage=60";
            if (incoming.Headers.GetValueOrDefault("If-None-Match")?.Split(',').Any(one => one.Trim().Replace("W/", string.Empty, StringComparison.Ordinal) == tag[2..]) == true)
            {
                reply = new Reply(304) { Headers = reply.Headers };
            }
        }

        if (reply.Status != 304 && refused is null)
        {
            server.Limits.Charge(caller, route);
        }

        var (limit, used, reset) = server.Limits.Read(caller, route);
        response.Headers["X-RateLimit-Limit"] = limit.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-RateLimit-Used"] = used.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-RateLimit-Remaining"] = Math.Max(0, limit - used).ToString(CultureInfo.InvariantCulture);
        response.Headers["X-RateLimit-Reset"] = reset.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        response.Headers["X-RateLimit-Resource"] = RateLimits.Resource(route);
        if (caller.Permissions is null)
        {
            response.Headers["X-OAuth-Scopes"] = string.Join(", ", caller.Scopes.Order(StringComparer.Ordinal));
        }

        return reply;
    }

    private Reply Ask(Credential caller, Route route, IReadOnlyDictionary<string, string> values, Incoming incoming)
    {
        if (incoming.IsBroken)
        {
            return Reply.Error(400, "Problems parsing JSON");
        }

        var (repository, organization) = gatekeeper.Admit(caller, route, values);
        repository?.Actions.Settle();
        var question = new Question(state, caller, route, values, incoming, server.Limits, repository, organization);
        if (server.Before?.Invoke(question) is { } given)
        {
            return given with { Own = new Reply(500) };
        }

        var own = Own(question, route);
        return server.After?.Invoke(question, own) is { } altered && altered != own ? altered with { Own = own } : own;
    }

    private static Reply Own(Question question, Route route)
    {
        try
        {
            return route.Answer(question);
        }
        catch (Refusal refusal)
        {
            return refusal.Reply;
        }
    }
}
