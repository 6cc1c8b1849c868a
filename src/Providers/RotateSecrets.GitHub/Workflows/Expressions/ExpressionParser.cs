namespace RotateSecrets.GitHub.Workflows.Expressions;

/// <summary>Reads an expression. What GitHub would refuse to read is none.</summary>
internal ref struct ExpressionParser
{
    // GitHub's own limit is 50.
    private const int Deepest = 100;

    private static readonly string[][] Precedence = [["||"], ["&&"], ["==", "!="], ["<", "<=", ">", ">="]];

    private readonly string text;
    private ExpressionScanner scanner;
    private Token token;
    private int depth;

    private ExpressionParser(string text, int start, int end)
    {
        this.text = text;
        scanner = new ExpressionScanner(text, start, end);
        token = scanner.Next();
    }

    private readonly ReadOnlySpan<char> Word => text.AsSpan(token.Start, token.Length);

    /// <summary>Reads an expression.</summary>
    /// <param name="text">The text that holds it.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <returns>The expression; null where it is none.</returns>
    public static Expression? Parse(string text, int start, int end)
    {
        var parser = new ExpressionParser(text, start, end);
        var expression = parser.Binary(0);
        return parser.token.Kind == TokenKind.End ? expression : null;
    }

    private Expression? Binary(int level)
    {
        if (level == Precedence.Length)
        {
            return Unary();
        }

        var first = Binary(level + 1);
        for (var joints = 0; first is not null && Operator(level) is { } sign; joints++)
        {
            var operands = new List<Expression> { first };
            while (Sign(sign))
            {
                Advance();
                if (Binary(level + 1) is not { } operand)
                {
                    return null;
                }

                operands.Add(operand);
            }

            // What several operators of one rank join is a nest.
            first = joints > Deepest ? null : new OperatorExpression(sign, operands);
        }

        return first;
    }

    private readonly string? Operator(int level)
    {
        foreach (var sign in Precedence[level])
        {
            if (Sign(sign))
            {
                return sign;
            }
        }

        return null;
    }

    private Expression? Unary()
    {
        if (!Sign("!"))
        {
            return Postfix();
        }

        if (++depth > Deepest)
        {
            return null;
        }

        Advance();
        var operand = Unary();
        depth--;
        return operand is null ? null : new OperatorExpression("!", [operand]);
    }

    private Expression? Postfix()
    {
        var target = Primary();
        for (var length = 0; target is not null && token.Kind == TokenKind.Sign && Word is "." or "["; length++)
        {
            var isDot = Word is ".";
            Advance();
            if (length > Deepest)
            {
                return null;
            }

            if (Sign("*"))
            {
                Advance();
                target = new FilterExpression(target);
            }
            else if (isDot)
            {
                target = token.Kind == TokenKind.Name ? new PropertyExpression(target, Word.ToString(), token.Start) : null;
                Advance();
            }
            else
            {
                target = Nested() is { } index ? new IndexExpression(target, index) : null;
            }

            if (!isDot && !Take("]"))
            {
                return null;
            }
        }

        return target;
    }

    private Expression? Primary()
    {
        var (kind, start) = (token.Kind, token.Start);
        var word = Word.ToString();
        Advance();
        switch (kind)
        {
            case TokenKind.Text:
                return new TextExpression(start, word[1..^1].Replace("''", "'", StringComparison.Ordinal), word.Length - 2);
            case TokenKind.Number:
                return new WordExpression(start, word);
            case TokenKind.Name when Sign("("):
                Advance();
                return Arguments() is { } arguments ? new CallExpression(start, word, arguments) : null;
            case TokenKind.Name:
                return word is "true" or "false" or "null" or "NaN" or "Infinity" ? new WordExpression(start, word) : new ContextExpression(start, word);
            case TokenKind.Sign when word == "(":
                var inner = Nested();
                return Take(")") ? inner : null;
            default:
                return null;
        }
    }

    private List<Expression>? Arguments()
    {
        var arguments = new List<Expression>();
        if (Take(")"))
        {
            return arguments;
        }

        do
        {
            if (Nested() is not { } argument)
            {
                return null;
            }

            arguments.Add(argument);
        }
        while (Take(","));
        return Take(")") ? arguments : null;
    }

    private Expression? Nested()
    {
        if (++depth > Deepest)
        {
            return null;
        }

        var expression = Binary(0);
        depth--;
        return expression;
    }

    private readonly bool Sign(string sign) => token.Kind == TokenKind.Sign && Word.SequenceEqual(sign);

    private bool Take(string sign)
    {
        var isThere = Sign(sign);
        if (isThere)
        {
            Advance();
        }

        return isThere;
    }

    private void Advance() => token = scanner.Next();
}
