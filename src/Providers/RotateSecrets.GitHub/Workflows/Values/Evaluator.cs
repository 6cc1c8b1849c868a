using RotateSecrets.GitHub.Workflows.Expressions;
using RotateSecrets.GitHub.Workflows.Yaml;

namespace RotateSecrets.GitHub.Workflows.Values;

/// <summary>Works out which values an expression may have, without running anything. What isn't known is an open value; nothing that is possible is left out.</summary>
internal static class Evaluator
{
    private const int Deepest = 10;

    /// <summary>Works out the values of a scalar with expressions in it.</summary>
    public static IReadOnlyList<StaticValue> Evaluate(YamlScalar scalar, ValueScope scope)
    {
        if (!scalar.MayHoldExpression)
        {
            return [scalar.Style == ScalarStyle.Plain ? StaticValue.OfWord(scalar.Text) : StaticValue.OfText(scalar.Text)];
        }

        if (scope.Depth > Deepest)
        {
            return [StaticValue.Any];
        }

        var (inner, text, expressions) = (scope with { Depth = scope.Depth + 1 }, scalar.Text, TemplateScanner.Find(scalar.Text));
        if (expressions is [var only] && text.AsSpan(0, only.Start).Trim() is "${{" && text.AsSpan(only.End).Trim() is "}}")
        {
            return Evaluate(only.Root(text), inner);
        }

        var parts = new List<IReadOnlyList<StaticValue>>();
        var from = 0;
        foreach (var expression in expressions)
        {
            parts.Add([StaticValue.OfText(text[from..Math.Max(from, expression.Start - 3)])]);
            parts.Add(Evaluate(expression.Root(text), inner));
            from = Math.Min(expression.End + 2, text.Length);
        }

        parts.Add([StaticValue.OfText(text[from..])]);
        return ValueProduct.Of(parts, static values => string.Concat(values.Select(static value => value.Text)));
    }

    /// <summary>Works out the values of an expression; null for one that GitHub would refuse.</summary>
    public static IReadOnlyList<StaticValue> Evaluate(Expression? expression, ValueScope scope) => expression switch
    {
        TextExpression text => [StaticValue.OfText(text.Value)],
        WordExpression word => [StaticValue.OfWord(word.Word)],
        PropertyExpression property => ContextValues.Of(property.Target, property.Name, scope),
        IndexExpression index => [.. Evaluate(index.Index, scope)
            .SelectMany(key => key.IsOpen || key.Node is not null ? [StaticValue.Any] : ContextValues.Of(index.Target, key.Text, scope)).Distinct()],
        CallExpression call => Call(call, scope),
        OperatorExpression joined => Operator(joined, scope),
        _ => [StaticValue.Any],
    };

    private static IReadOnlyList<StaticValue> Call(CallExpression call, ValueScope scope)
    {
        if (call.Is("format") && call.Arguments.Count > 0)
        {
            return ValueProduct.Of([.. call.Arguments.Select(argument => Evaluate(argument, scope))], Format);
        }

        if (call.Is("fromJSON") && call.Arguments is [var json])
        {
            return [.. Evaluate(json, scope).SelectMany(static text => Parsed(text)).Distinct()];
        }

        // The values stand behind the conditions, the last one alone.
        if (call.Is("case") && call.Arguments.Count % 2 == 1)
        {
            return [.. call.Arguments.Where((_, i) => i % 2 == 1 || i == call.Arguments.Count - 1).SelectMany(value => Evaluate(value, scope)).Distinct()];
        }

        return call.Function.ToUpperInvariant() is "CONTAINS" or "STARTSWITH" or "ENDSWITH" or "ALWAYS" or "SUCCESS" or "FAILURE" or "CANCELLED"
            ? [StaticValue.True, StaticValue.False]
            : [StaticValue.Any];
    }

    // {0} is an argument, and doubled braces stand for themselves.
    private static string Format(IReadOnlyList<StaticValue> values)
    {
        var (pattern, text) = (values[0].Text, new System.Text.StringBuilder());
        for (var i = 0; i < pattern.Length; i++)
        {
            var close = pattern[i] == '{' ? pattern.IndexOf('}', i) : -1;
            if (i + 1 < pattern.Length && pattern[i] is '{' or '}' && pattern[i + 1] == pattern[i])
            {
                text.Append(pattern[i++]);
            }
            else if (close > 0 && int.TryParse(pattern.AsSpan(i + 1, close - i - 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number))
            {
                text.Append(number + 1 < values.Count ? values[number + 1].Text : "*");
                i = close;
            }
            else
            {
                text.Append(pattern[i]);
            }
        }

        return text.ToString();
    }

    // JSON is YAML.
    private static IReadOnlyList<StaticValue> Parsed(StaticValue text) =>
        !text.IsOpen && CompleteReader.Read(text.Text, string.Empty).Succeeded(out var documents, out _) && documents is [var root]
            ? [ContextValues.OfNode(root)]
            : [StaticValue.Any];

    private static IReadOnlyList<StaticValue> Operator(OperatorExpression joined, ValueScope scope)
    {
        var operands = joined.Operands.Select(operand => Evaluate(operand, scope));
        return joined.Operator switch
        {
            "||" => [.. operands.Aggregate(static (left, right) => Choose(left, right, static value => value.MayHold, static value => value.MayFail)).Distinct()],
            "&&" => [.. operands.Aggregate(static (left, right) => Choose(left, right, static value => value.MayFail, static value => value.MayHold)).Distinct()],
            "!" => Flags(operands.First().Select(static value => value.MayHold == value.MayFail ? (bool?)null : value.MayFail)),
            "==" when joined.Operands.Count == 2 => Flags(Comparisons(operands)),
            "!=" when joined.Operands.Count == 2 => Flags(Comparisons(operands).Select(static same => !same)),
            _ => [StaticValue.True, StaticValue.False],
        };
    }

    private static IReadOnlyList<StaticValue> Choose(
        IReadOnlyList<StaticValue> left, IReadOnlyList<StaticValue> right, Func<StaticValue, bool> isTaken, Func<StaticValue, bool> isPassed) =>
        [.. left.Where(isTaken), .. left.Any(isPassed) ? right : []];

    private static IEnumerable<bool?> Comparisons(IEnumerable<IReadOnlyList<StaticValue>> operands)
    {
        var sides = operands.ToArray();
        return sides[0].SelectMany(left => sides[1].Select(right => StaticValue.AreSame(left, right)));
    }

    private static IReadOnlyList<StaticValue> Flags(IEnumerable<bool?> known)
    {
        var flags = known.ToArray();
        return [.. flags.Any(static flag => flag != false) ? [StaticValue.True] : Array.Empty<StaticValue>(), .. flags.Any(static flag => flag != true) ? [StaticValue.False] : Array.Empty<StaticValue>()];
    }
}
