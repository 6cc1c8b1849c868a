namespace RotateSecrets.GitHub.Workflows.Expressions;

/// <summary>What a word of an expression is.</summary>
internal enum TokenKind
{
    /// <summary>Nothing is left.</summary>
    End,

    /// <summary>A name or one of the reserved words.</summary>
    Name,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A text in apostrophes.</summary>
    Text,

    /// <summary>A bracket, a dot, a comma, a star or an operator.</summary>
    Sign,

    /// <summary>No word of an expression.</summary>
    Wrong,
}

/// <summary>A word of an expression.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="Length">How many characters it has.</param>
internal readonly record struct Token(TokenKind Kind, int Start, int Length);

/// <summary>Takes an expression apart into words, as GitHub's documentation "Evaluate expressions in workflows and actions" describes them.</summary>
/// <param name="text">The text that holds the expression.</param>
/// <param name="position">Where the expression begins.</param>
/// <param name="end">Where it ends.</param>
internal ref struct ExpressionScanner(string text, int position, int end)
{
    private int position = position;
    private bool isAfterValue;

    /// <summary>The next word.</summary>
    public Token Next()
    {
        while (position < end && char.IsWhiteSpace(text[position]))
        {
            position++;
        }

        if (position >= end)
        {
            return new Token(TokenKind.End, end, 0);
        }

        var start = position;
        var c = text[position];
        var kind = c switch
        {
            '\'' => Quotation(),
            '.' when isAfterValue => Sign(1),
            '.' or '+' or '-' or (>= '0' and <= '9') => Number(),
            '(' or ')' or '[' or ']' or ',' or '*' => Sign(1),
            '!' or '<' or '>' => Sign(Follows('=') ? 2 : 1),
            '=' => Follows('=') ? Sign(2) : TokenKind.Wrong,
            '&' or '|' => Follows(c) ? Sign(2) : TokenKind.Wrong,
            _ => char.IsAsciiLetter(c) || c == '_' ? Name() : TokenKind.Wrong,
        };
        isAfterValue = kind is TokenKind.Name or TokenKind.Text or TokenKind.Number || (kind == TokenKind.Sign && c is ')' or ']' or '*');
        return new Token(kind, start, position - start);
    }

    private readonly bool Follows(char c) => position + 1 < end && text[position + 1] == c;

    private TokenKind Sign(int length)
    {
        position += length;
        return TokenKind.Sign;
    }

    private TokenKind Name()
    {
        while (position < end && (char.IsAsciiLetterOrDigit(text[position]) || text[position] is '_' or '-'))
        {
            position++;
        }

        return TokenKind.Name;
    }

    private TokenKind Number()
    {
        var start = position++;
        while (position < end && (char.IsAsciiLetterOrDigit(text[position]) || text[position] is '.' or '+' or '-'))
        {
            position++;
        }

        return text.AsSpan(start, position - start).IndexOfAnyInRange('0', '9') >= 0 || text.AsSpan(start + 1, position - start - 1) is "Infinity" ? TokenKind.Number : TokenKind.Wrong;
    }

    // Two apostrophes stand for one.
    private TokenKind Quotation()
    {
        for (position++; position < end; position++)
        {
            if (text[position] == '\'' && (!Follows('\'') || ++position >= end))
            {
                position++;
                return TokenKind.Text;
            }
        }

        return TokenKind.Wrong;
    }
}
