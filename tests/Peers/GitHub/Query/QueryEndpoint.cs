using System.Text.Json.Nodes;
using GraphQLParser;
using GraphQLParser.AST;
using GraphQLParser.Exceptions;
using RotateSecrets.Peers.GitHub.Http;

namespace RotateSecrets.Peers.GitHub.Query;

/// <summary>GraphQL: the part of the schema that leads from repositories to branches and files.</summary>
internal static class QueryEndpoint
{
    public static IEnumerable<Route> Routes { get; } = [new("POST /graphql", string.Empty, Answer)];

    private static Reply Answer(Question question)
    {
        if (question.Text("query") is not { } text)
        {
            return Reply.Error(400, "A query attribute must be specified and must be a string.");
        }

        GraphQLDocument document;
        try
        {
            document = Parser.Parse(text);
        }
        catch (GraphQLSyntaxErrorException e)
        {
            return Reply.Ok(new JsonObject { ["errors"] = new JsonArray(new JsonObject { ["message"] = $"Parse error at [{e.Location.Line}, {e.Location.Column}]" }) });
        }

        var operation = document.Definitions.OfType<GraphQLOperationDefinition>().First();
        var errors = new JsonArray();
        var selection = new Selection(question, question.Body["variables"] as JsonObject ?? [], document.Definitions.OfType<GraphQLFragmentDefinition>().ToDictionary(static one => one.FragmentName.Name.StringValue, StringComparer.Ordinal), errors);
        var answer = new JsonObject { ["data"] = selection.Of(new RootNode(question), operation.SelectionSet, []) };
        if (errors.Count > 0)
        {
            answer["errors"] = errors;
        }

        return Reply.Ok(answer);
    }
}
