namespace RotateSecrets.GitHub.Workflows.Expressions;

/// <summary>How an expression uses a context.</summary>
internal enum UseKind
{
    /// <summary><c>context.name</c>.</summary>
    Property,

    /// <summary><c>context['name']</c>.</summary>
    Index,

    /// <summary><c>context[...]</c> by something that has to be worked out.</summary>
    Computed,

    /// <summary>The whole context, or all that is in it.</summary>
    Whole,

    /// <summary>The context is named in something that is no expression.</summary>
    Unread,
}

/// <summary>A use of a context.</summary>
/// <param name="Kind">How.</param>
/// <param name="Start">Where the context's name begins.</param>
/// <param name="Name">The name of what is used; null where none stands there.</param>
/// <param name="NameStart">Where that name begins.</param>
/// <param name="NameLength">How many characters it is written with.</param>
/// <param name="Index">For a computed use, what it is computed from.</param>
internal sealed record ContextUse(UseKind Kind, int Start, string? Name, int NameStart, int NameLength, Expression? Index)
{
    /// <summary>Finds the uses of a context in a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isBare">Whether the text is an expression though it has no braces: a condition.</param>
    /// <param name="context">The context.</param>
    public static IReadOnlyList<ContextUse> Find(string text, bool isBare, string context)
    {
        if (!text.Contains(context, StringComparison.OrdinalIgnoreCase))
        {
            return [];
        }

        List<ContextUse>? uses = null;
        var expressions = TemplateScanner.Find(text);
        if (expressions.Count == 0 && isBare)
        {
            expressions = [new TemplateExpression(0, text.Length, IsClosed: true)];
        }

        foreach (var expression in expressions)
        {
            if (!text.AsSpan(expression.Start, expression.End - expression.Start).Contains(context, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            uses ??= [];
            if (expression.Root(text) is { } root)
            {
                Collect(root, context, uses);
            }
            else
            {
                Search(text, expression, context, uses);
            }
        }

        return uses ?? (IReadOnlyList<ContextUse>)[];
    }

    private static void Collect(Expression expression, string context, List<ContextUse> uses)
    {
        switch (expression)
        {
            case ContextExpression name when name.Is(context):
                uses.Add(new ContextUse(UseKind.Whole, name.Start, null, 0, 0, null));
                break;
            case PropertyExpression { Target: ContextExpression name } property when name.Is(context):
                uses.Add(new ContextUse(UseKind.Property, name.Start, property.Name, property.NameStart, property.Name.Length, null));
                break;
            case IndexExpression { Target: ContextExpression name, Index: TextExpression literal } when name.Is(context):
                uses.Add(new ContextUse(UseKind.Index, name.Start, literal.Value, literal.Start + 1, literal.RawLength, null));
                break;
            case IndexExpression { Target: ContextExpression name } index when name.Is(context):
                uses.Add(new ContextUse(UseKind.Computed, name.Start, null, 0, 0, index.Index));
                Collect(index.Index, context, uses);
                break;
            case PropertyExpression property:
                Collect(property.Target, context, uses);
                break;
            case FilterExpression filter:
                Collect(filter.Target, context, uses);
                break;
            case IndexExpression index:
                Collect(index.Target, context, uses);
                Collect(index.Index, context, uses);
                break;
            case CallExpression call:
                Collect(call.Arguments, context, uses);
                break;
            case OperatorExpression joined:
                Collect(joined.Operands, context, uses);
                break;
        }
    }

    private static void Collect(IReadOnlyList<Expression> expressions, string context, List<ContextUse> uses)
    {
        foreach (var expression in expressions)
        {
            Collect(expression, context, uses);
        }
    }

    // GitHub refuses the file; until somebody mends it, what is meant can only be guessed.
    private static void Search(string text, TemplateExpression expression, string context, List<ContextUse> uses)
    {
        for (var at = expression.Start; (at = text.IndexOf(context, at, expression.End - at, StringComparison.OrdinalIgnoreCase)) >= 0; at += context.Length)
        {
            var behind = at + context.Length;
            if ((at == 0 || (!IsNamePart(text[at - 1]) && text[at - 1] != '.')) && (behind >= text.Length || !IsNamePart(text[behind])))
            {
                uses.Add(new ContextUse(UseKind.Unread, at, null, 0, 0, null));
                return;
            }
        }
    }

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
}
