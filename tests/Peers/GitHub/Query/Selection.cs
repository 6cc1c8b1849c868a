using System.Text.Json.Nodes;
using GraphQLParser.AST;
using RotateSecrets.Peers.GitHub.Http;

namespace RotateSecrets.Peers.GitHub.Query;

/// <summary>Picks what is asked for.</summary>
/// <param name="question">The request.</param>
/// <param name="variables">What the query's variables stand for.</param>
/// <param name="fragments">The query's fragments.</param>
/// <param name="errors">Takes what went wrong with parts of it.</param>
internal sealed class Selection(Question question, JsonObject variables, IReadOnlyDictionary<string, GraphQLFragmentDefinition> fragments, JsonArray errors)
{
    /// <summary>What is asked of one node.</summary>
    public JsonObject Of(IQueryNode node, GraphQLSelectionSet? set, IReadOnlyList<string> path)
    {
        var answer = new JsonObject();
        Fill(answer, node, set, path);
        return answer;
    }

    private void Fill(JsonObject answer, IQueryNode node, GraphQLSelectionSet? set, IReadOnlyList<string> path)
    {
        foreach (var one in set?.Selections ?? [])
        {
            switch (one)
            {
                case GraphQLField field:
                    var name = (field.Alias?.Name ?? field.Name).StringValue;
                    var here = (IReadOnlyList<string>)[.. path, name];
                    answer[name] = Value(field.Name.StringValue == "__typename" ? node.Type : node.Resolve(field.Name.StringValue, Arguments(field), problem => Report(problem, here)), field.SelectionSet, here);
                    break;
                case GraphQLInlineFragment inline when inline.TypeCondition is null || node.Is(inline.TypeCondition.Type.Name.StringValue):
                    Fill(answer, node, inline.SelectionSet, path);
                    break;
                case GraphQLFragmentSpread spread when node.Is(fragments[spread.FragmentName.Name.StringValue].TypeCondition.Type.Name.StringValue):
                    Fill(answer, node, fragments[spread.FragmentName.Name.StringValue].SelectionSet, path);
                    break;
                default:
                    break;
            }
        }
    }

    private JsonNode? Value(object? value, GraphQLSelectionSet? set, IReadOnlyList<string> path) => value switch
    {
        null => null,
        IQueryNode node => Of(node, set, path),
        IEnumerable<IQueryNode> nodes => new JsonArray([.. nodes.Select((node, index) => Of(node, set, [.. path, index.ToString(System.Globalization.CultureInfo.InvariantCulture)]))]),
        string text => text,
        bool flag => flag,
        int number => number,
        _ => throw new Refusal(Reply.Error(500, $"{question.Route.Name} can't answer with {value.GetType().Name}.")),
    };

    private void Report(string message, IReadOnlyList<string> path) => errors.Add(new JsonObject
    {
        ["type"] = "NOT_FOUND",
        ["path"] = new JsonArray([.. path.Select(static part => (JsonNode)part)]),
        ["message"] = message,
    });

    private Dictionary<string, string?> Arguments(GraphQLField field) => (field.Arguments ?? Enumerable.Empty<GraphQLArgument>()).ToDictionary(
        static argument => argument.Name.StringValue,
        argument => argument.Value switch
        {
            GraphQLStringValue text => text.Value.ToString(),
            GraphQLIntValue number => number.Value.ToString(),
            GraphQLBooleanValue flag => flag.Value.ToString(),
            GraphQLEnumValue name => name.Name.StringValue,
            GraphQLVariable variable => variables[variable.Name.StringValue]?.ToString(),
            _ => null,
        },
        StringComparer.Ordinal);
}
