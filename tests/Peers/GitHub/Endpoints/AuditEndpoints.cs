using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Endpoints;

/// <summary>The audit log of an organisation.</summary>
internal static class AuditEndpoints
{
    public static IEnumerable<Route> Routes { get; } = [new("GET /orgs/{org}/audit-log", "organization_administration=read", List)];

    private static Reply List(Question question)
    {
        var organization = question.Organization;
        if (!organization.KeepsAuditLog)
        {
            return Reply.NotFound;
        }

        foreach (var repository in question.State.Repositories.Where(one => one.Owner == organization))
        {
            repository.Actions.Settle();
        }

        var found = Find(question, organization.Audit).ToList();
        if (question.Query("order") != "asc")
        {
            found.Reverse();
        }

        var size = Paging.Size(question);
        var start = question.Query("after") is { } after ? found.FindIndex(one => Cursor(one) == after) + 1 : 0;
        var page = found.Skip(start).Take(size).ToList();
        return new Reply(200, new JsonArray([.. page.Select(one => Shape(one, organization))]))
        {
            Headers = start + size < found.Count ? [("Link", Paging.Link(question, "after", Cursor(page[^1]), "next"))] : [],
        };
    }

    private static IEnumerable<AuditEvent> Find(Question question, IEnumerable<AuditEvent> all)
    {
        // Without a word about it, what came in by git is left out.
        all = (question.Query("include") ?? "web") switch
        {
            "all" => all,
            "git" => all.Where(static one => one.IsGit),
            _ => all.Where(static one => !one.IsGit),
        };
        foreach (var term in (question.Query("phrase") ?? string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = term.Split(':', 2) is [var one, var two] ? (one, two) : (string.Empty, term);
            all = name switch
            {
                "action" => all.Where(entry => entry.Action == value || entry.Action.StartsWith($"{value}.", StringComparison.Ordinal)),
                "actor" => all.Where(entry => string.Equals(entry.Actor, value, StringComparison.OrdinalIgnoreCase)),
                "repo" => all.Where(entry => string.Equals(entry.Repository?.FullName, value, StringComparison.OrdinalIgnoreCase)),
                "created" => Between(all, value),
                _ => all.Where(entry => Shape(entry, question.Organization).ToJsonString().Contains(value, StringComparison.OrdinalIgnoreCase)),
            };
        }

        return all;
    }

    private static IEnumerable<AuditEvent> Between(IEnumerable<AuditEvent> all, string text)
    {
        var (from, to) = RunEndpoints.Span(text);
        return all.Where(entry => entry.At >= from && entry.At <= (to == DateTimeOffset.MaxValue ? to : to.AddMilliseconds(999)));
    }

    private static string Cursor(AuditEvent one) => Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{one.At.ToUnixTimeMilliseconds()}|{one.Id}")));

    private static JsonObject Shape(AuditEvent one, Account organization)
    {
        var shape = new JsonObject
        {
            ["@timestamp"] = one.At.ToUnixTimeMilliseconds(),
            ["_document_id"] = one.Id,
            ["action"] = one.Action,
            ["actor"] = one.Actor,
            ["created_at"] = one.At.ToUnixTimeMilliseconds(),
            ["org"] = organization.Login,
            ["org_id"] = organization.Id,
        };
        if (one.Repository is { } repository)
        {
            shape["repo"] = repository.FullName;
            shape["repo_id"] = repository.Id;
        }

        foreach (var (name, value) in one.Fields)
        {
            shape[name] = JsonSerializer.SerializeToNode(value);
        }

        return shape;
    }
}
