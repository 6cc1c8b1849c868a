namespace RotateSecrets.Documents;

/// <summary>A place in a file that somebody wrote.</summary>
/// <param name="Line">The line, counted from 1.</param>
/// <param name="Column">The character in the line, counted from 1.</param>
public readonly record struct DocumentPosition(int Line, int Column);

/// <summary>A piece of a document, whatever it is written in, with its place.</summary>
/// <param name="Position">Where it begins.</param>
public abstract record DocumentNode(DocumentPosition Position)
{
    /// <summary>What it is, in a word, for messages.</summary>
    public abstract string Word { get; }
}

/// <summary>Names with what they stand for.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Entries">The entries, in their order.</param>
public sealed record MapNode(DocumentPosition Position, IReadOnlyList<MapEntry> Entries) : DocumentNode(Position)
{
    /// <inheritdoc/>
    public override string Word => "a set of named values";
}

/// <summary>One name with what it stands for.</summary>
/// <param name="Name">The name.</param>
/// <param name="Position">Where the name begins.</param>
/// <param name="Value">What it stands for.</param>
public sealed record MapEntry(string Name, DocumentPosition Position, DocumentNode Value);

/// <summary>Some pieces in a row.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Items">The pieces.</param>
public sealed record ListNode(DocumentPosition Position, IReadOnlyList<DocumentNode> Items) : DocumentNode(Position)
{
    /// <inheritdoc/>
    public override string Word => "a list";
}

/// <summary>A text.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Text">The text.</param>
public sealed record TextNode(DocumentPosition Position, string Text) : DocumentNode(Position)
{
    /// <inheritdoc/>
    public override string Word => "a text";
}

/// <summary>A number.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Number">The number.</param>
public sealed record NumberNode(DocumentPosition Position, double Number) : DocumentNode(Position)
{
    /// <inheritdoc/>
    public override string Word => "a number";
}

/// <summary>True or false.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="IsTrue">Which.</param>
public sealed record FlagNode(DocumentPosition Position, bool IsTrue) : DocumentNode(Position)
{
    /// <inheritdoc/>
    public override string Word => "true or false";
}

/// <summary>Explicitly nothing.</summary>
/// <param name="Position">Where it begins.</param>
public sealed record NothingNode(DocumentPosition Position) : DocumentNode(Position)
{
    /// <inheritdoc/>
    public override string Word => "nothing";
}
