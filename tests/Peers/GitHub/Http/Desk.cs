using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RotateSecrets.Peers.GitHub.Endpoints;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Http;

/// <summary>Takes requests in and sends answers out.</summary>
/// <param name="server">The server.</param>
/// <param name="gate">One request is worked on at a time.</param>
/// <param name="state">All that the server knows.</param>
/// <param name="faults">What is to go wrong.</param>
internal sealed class Desk(GitHubDouble server, Lock gate, GitHubState state, Faults faults)
{
    private readonly Gatekeeper gatekeeper = new(state);
    private readonly RouteTable routes = new();

    public async Task AnswerAsync(HttpContext context)
    {
        var inFlight = server.Requests.Begin();
        var arrived = state.Now;
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer);
        var body = buffer.ToArray();
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var (route, values, incoming) = Read(context, target, body);
        var fault = faults.Take(route?.Name ?? string.Empty);
        var status = 0;
        try
        {
            status = await AnswerAsync(context, route, values, incoming, fault, inFlight);
        }
        finally
        {
            server.Requests.End(new Logged(route?.Name ?? $"{context.Request.Method} {incoming.Path}", incoming.Path + target[target.Split('?')[0].Length..], status, arrived, Encoding.UTF8.GetString(body)));
        }
    }

    private async Task<int> AnswerAsync(
        HttpContext context, Route? route, IReadOnlyDictionary<string, string> values, Incoming incoming, Fault? fault, int inFlight)
    {
        if (fault?.Kind == FaultKind.DropBefore)
        {
            context.Abort();
            return 0;
        }

        var reply = fault?.Kind switch
        {
            FaultKind.ServerError => Reply.Error(500, "Server Error"),
            FaultKind.BadGateway => Gateway(),
            _ => Work(context.Response, route, values, incoming, inFlight),
        };
        switch (fault?.Kind)
        {
            case FaultKind.DropAfter:
                context.Abort();
                return 0;
            case FaultKind.BadGatewayAfter:
                reply = Gateway();
                break;
            case FaultKind.Slow:
                await Task.Delay(fault.Delay);
                break;
            default:
                break;
        }

        await SendAsync(context, reply, fault?.Kind == FaultKind.HalfAnswer);
        return reply.Status;
    }

    private (Route? Route, IReadOnlyDictionary<string, string> Values, Incoming Incoming) Read(HttpContext context, string target, byte[] body)
    {
        var path = target.Split('?')[0];
        var prefix = path.StartsWith("/api/v3/", StringComparison.Ordinal) ? "/api/v3/" : path.StartsWith("/api/graphql", StringComparison.Ordinal) ? "/api/" : "/";
        JsonNode? json = null;
        try
        {
            json = body.Length == 0 ? null : JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            json = null;
        }

        var headers = context.Request.Headers.ToDictionary(static one => one.Key, static one => one.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var incoming = new Incoming(
            context.Request.Method,
            "/" + path[prefix.Length..],
            context.Request.Query.ToDictionary(static one => one.Key, static one => one.Value.ToString(), StringComparer.Ordinal),
            headers,
            json,
            headers.GetValueOrDefault("X-Double-Root") ?? $"{context.Request.Scheme}://{context.Request.Host}{prefix}")
        {
            IsBroken = body.Length > 0 && json is null,
        };
        var (route, values) = routes.Find(incoming);
        return (route, values, incoming);
    }

    private Reply Work(HttpResponse response, Route? route, IReadOnlyDictionary<string, string> values, Incoming incoming, int inFlight)
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
        var reply = server.Before?.Invoke(question) ?? route.Answer(question);
        return server.After?.Invoke(question, reply) ?? reply;
    }

    private static async Task SendAsync(HttpContext context, Reply reply, bool isHalf)
    {
        context.Response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers)
        {
            context.Response.Headers[name] = value;
        }

        var text = reply.Raw ?? reply.Body?.ToJsonString();
        if (text is not null)
        {
            context.Response.ContentType = reply.Raw is null ? "application/json; charset=utf-8" : "text/html";
            await context.Response.WriteAsync(isHalf ? text[..(text.Length / 2)] : text);
        }
    }

    private static Reply Gateway() => new(502) { Raw = "<html><head><title>502 Bad Gateway</title></head><body>Unicorn!</body></html>" };
}
