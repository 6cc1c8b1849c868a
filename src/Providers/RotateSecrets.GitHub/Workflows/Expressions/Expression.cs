namespace RotateSecrets.GitHub.Workflows.Expressions;

/// <summary>A piece of an expression.</summary>
/// <param name="Start">Where it begins in the text that holds the expression.</param>
internal abstract record Expression(int Start);

/// <summary>A text in apostrophes.</summary>
/// <param name="Start">Where the apostrophe stands.</param>
/// <param name="Value">What it says.</param>
/// <param name="RawLength">How many characters stand between the apostrophes.</param>
internal sealed record TextExpression(int Start, string Value, int RawLength) : Expression(Start);

/// <summary>A number, or one of the words <c>true</c>, <c>false</c>, <c>null</c>, <c>NaN</c> and <c>Infinity</c>.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="Word">As it is written.</param>
internal sealed record WordExpression(int Start, string Word) : Expression(Start);

/// <summary>One of the contexts: <c>secrets</c>, <c>github</c>, <c>inputs</c> ...</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="Name">Its name.</param>
internal sealed record ContextExpression(int Start, string Name) : Expression(Start)
{
    /// <summary>Whether it is this context; names are not told apart by case.</summary>
    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}

/// <summary><c>target.name</c>.</summary>
/// <param name="Target">What the property is taken of.</param>
/// <param name="Name">The name.</param>
/// <param name="NameStart">Where the name begins.</param>
internal sealed record PropertyExpression(Expression Target, string Name, int NameStart) : Expression(Target.Start);

/// <summary><c>target[index]</c>.</summary>
/// <param name="Target">What the item is taken of.</param>
/// <param name="Index">Which item.</param>
internal sealed record IndexExpression(Expression Target, Expression Index) : Expression(Target.Start);

/// <summary><c>target.*</c> and <c>target[*]</c>: all items at once.</summary>
/// <param name="Target">What the items are taken of.</param>
internal sealed record FilterExpression(Expression Target) : Expression(Target.Start);

/// <summary>A call of a function.</summary>
/// <param name="Start">Where the function's name begins.</param>
/// <param name="Function">The function; names are not told apart by case.</param>
/// <param name="Arguments">What it is given.</param>
internal sealed record CallExpression(int Start, string Function, IReadOnlyList<Expression> Arguments) : Expression(Start)
{
    /// <summary>Whether it is this function.</summary>
    public bool Is(string name) => Function.Equals(name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>What an operator joins.</summary>
/// <param name="Operator">The operator, such as <c>||</c> or <c>!</c>.</param>
/// <param name="Operands">The operands, one or more, in their order.</param>
internal sealed record OperatorExpression(string Operator, IReadOnlyList<Expression> Operands) : Expression(Operands[0].Start);
