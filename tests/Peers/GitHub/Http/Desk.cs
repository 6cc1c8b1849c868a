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
    private readonly Clerk clerk = new(server, gate, state);
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
        incoming = incoming with { Target = incoming.Path + target[target.Split('?')[0].Length..], Sent = body };
        var fault = faults.Take(route?.Name ?? string.Empty);
        var status = 0;
        try
        {
            status = await AnswerAsync(context, route, values, incoming, fault, inFlight);
        }
        finally
        {
            server.Requests.End(new Logged(route?.Name ?? $"{context.Request.Method} {incoming.Path}", incoming.Target, status, arrived, Encoding.UTF8.GetString(body)));
        }
    }

    private async Task<int> AnswerAsync(
        HttpContext context, Route? route, IReadOnlyDictionary<string, string> values, Incoming incoming, Fault? fault, int inFlight)
    {
        var reply = fault?.Kind switch
        {
            FaultKind.ServerError => Reply.Error(500, "Server Error"),
            FaultKind.BadGateway or FaultKind.DropBefore => Gateway(),
            _ => clerk.Work(context.Response, route, values, incoming, inFlight),
        };
        Tell(incoming, reply.Own ?? reply);
        switch (fault?.Kind)
        {
            case FaultKind.DropBefore or FaultKind.DropAfter:
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

    private void Tell(Incoming incoming, Reply reply) => server.Watch?.Invoke(new Exchange(
        incoming.Method, incoming.Target, incoming.Headers, incoming.Sent, reply.Status, reply.Body?.ToJsonString()));

    private static Reply Gateway() => new(502) { Raw = "<html><head><title>502 Bad Gateway</title></head><body>Unicorn!</body></html>" };
}
