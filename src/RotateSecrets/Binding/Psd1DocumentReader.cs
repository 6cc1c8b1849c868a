using System.Globalization;
using System.Management.Automation.Language;
using RotateSecrets.Documents;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Binding;

/// <summary>Reads a .psd1 file with PowerShell's own parser, and takes only data from it: whatever would have to be run is refused with its place.</summary>
internal static class Psd1DocumentReader
{
    private const int Deepest = 32;

    /// <summary>Reads a document.</summary>
    /// <param name="text">What the file holds.</param>
    /// <param name="path">The file, for messages.</param>
    public static Outcome<DocumentNode> Read(string text, string path)
    {
        var errors = new DocumentErrors(path);
        var script = Parser.ParseInput(text, path, out _, out var parseErrors);
        foreach (var error in parseErrors)
        {
            errors.Add(Position(error.Extent), $"PowerShell can't parse this ({error.ErrorId})");
        }

        var root = errors.Any ? null : Root(script, errors);
        return errors.Any || root is null ? errors.ToFailure() : root;
    }

    private static DocumentNode? Root(ScriptBlockAst script, DocumentErrors errors)
    {
        // Whatever else a script can hold, dynamicparam and clean among it, needs its blocks to be named.
        if (script is { ParamBlock: null, UsingStatements.Count: 0, EndBlock: { Unnamed: true, Traps: null or { Count: 0 }, Statements: [var only] } })
        {
            return Statement(only, errors, 0);
        }

        errors.Add(Position(script.Extent), "a data file holds one set of named values, @{ ... }, and nothing else");
        return null;
    }

    private static DocumentNode? Statement(StatementAst statement, DocumentErrors errors, int depth) =>
        statement is PipelineAst { PipelineElements: [CommandExpressionAst { Redirections.Count: 0 } expression] }
            ? Node(expression.Expression, errors, depth)
            : Refuse(statement, errors);

    private static DocumentNode? Node(ExpressionAst expression, DocumentErrors errors, int depth)
    {
        if (depth > Deepest)
        {
            errors.Add(Position(expression.Extent), "this is nested too deeply");
            return null;
        }

        return expression switch
        {
            HashtableAst map => Map(map, errors, depth + 1),
            ArrayExpressionAst array => List(array, array.SubExpression.Statements, errors, depth + 1),
            ArrayLiteralAst array => new ListNode(Position(array.Extent), Present(array.Elements.Select(element => Node(element, errors, depth + 1)))),
            StringConstantExpressionAst text => new TextNode(Position(text.Extent), text.Value),
            ConstantExpressionAst { Value: IConvertible number } constant => new NumberNode(Position(constant.Extent), number.ToDouble(CultureInfo.InvariantCulture)),
            VariableExpressionAst variable when Flag(variable) is { } flag => new FlagNode(Position(variable.Extent), flag),
            VariableExpressionAst variable when variable.VariablePath.UserPath.Equals("null", StringComparison.OrdinalIgnoreCase) => new NothingNode(Position(variable.Extent)),
            UnaryExpressionAst { TokenKind: TokenKind.Minus, Child: ConstantExpressionAst { Value: IConvertible number } } minus =>
                new NumberNode(Position(minus.Extent), -number.ToDouble(CultureInfo.InvariantCulture)),
            _ => Refuse(expression, errors),
        };
    }

    private static MapNode Map(HashtableAst map, DocumentErrors errors, int depth)
    {
        var entries = new List<MapEntry>();
        foreach (var (name, statement) in map.KeyValuePairs)
        {
            if (name is not StringConstantExpressionAst text)
            {
                errors.Add(Position(name.Extent), "a name is written as it is, without anything that has to be worked out");
            }
            else if (Statement(statement, errors, depth) is { } value)
            {
                entries.Add(new MapEntry(text.Value, Position(name.Extent), value));
            }
        }

        return new MapNode(Position(map.Extent), entries);
    }

    private static ListNode List(ExpressionAst array, IEnumerable<StatementAst> statements, DocumentErrors errors, int depth)
    {
        var items = new List<DocumentNode>();
        foreach (var statement in statements)
        {
            // @('a', 'b') is an array of one statement, which is itself an array.
            switch (Statement(statement, errors, depth))
            {
                case ListNode inner when statement is PipelineAst { PipelineElements: [CommandExpressionAst { Expression: ArrayLiteralAst }] }:
                    items.AddRange(inner.Items);
                    break;
                case { } item:
                    items.Add(item);
                    break;
            }
        }

        return new ListNode(Position(array.Extent), items);
    }

    private static List<DocumentNode> Present(IEnumerable<DocumentNode?> nodes) => [.. nodes.OfType<DocumentNode>()];

    private static bool? Flag(VariableExpressionAst variable) => variable.VariablePath.UserPath.ToUpperInvariant() switch
    {
        "TRUE" => true,
        "FALSE" => false,
        _ => null,
    };

    private static DocumentNode? Refuse(Ast ast, DocumentErrors errors)
    {
        errors.Add(Position(ast.Extent), ast switch
        {
            ScriptBlockExpressionAst => "a script block is code, and here only data may stand",
            ExpandableStringExpressionAst => "this text has something in it that has to be worked out; write it in single quotes",
            VariableExpressionAst => "of variables only $true, $false and $null may stand here",
            _ => "this would have to be run, and here only data may stand: texts, numbers, $true, $false, lists @( ) and sets of named values @{ }",
        });
        return null;
    }

    private static DocumentPosition Position(IScriptExtent extent) => new(extent.StartLineNumber, extent.StartColumnNumber);
}
