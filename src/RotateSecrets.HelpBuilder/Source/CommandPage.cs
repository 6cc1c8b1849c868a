namespace RotateSecrets.HelpBuilder.Source;

/// <summary>The page of one cmdlet.</summary>
internal sealed record CommandPage
{
    /// <summary>The module that the help is of.</summary>
    public const string Module = "RotateSecrets";

    /// <summary>Where Get-Help looks for the help of the module's cmdlets.</summary>
    public const string HelpFile = Module + ".dll-Help.xml";

    public required string Name { get; init; }

    public required string HelpUri { get; init; }

    public required string Synopsis { get; init; }

    public required IReadOnlyList<SyntaxItem> Syntax { get; init; }

    public required IReadOnlyList<Prose> Description { get; init; }

    public required IReadOnlyList<Example> Examples { get; init; }

    public required IReadOnlyList<ParameterSection> Parameters { get; init; }

    public required IReadOnlyList<TypeSection> Inputs { get; init; }

    public required IReadOnlyList<TypeSection> Outputs { get; init; }

    public required IReadOnlyList<Prose> Notes { get; init; }

    public required IReadOnlyList<Link> Links { get; init; }
}

/// <summary>One way to call the cmdlet.</summary>
internal sealed record SyntaxItem(IReadOnlyList<SyntaxParameter> Parameters);

/// <summary>A parameter in one way to call the cmdlet.</summary>
/// <param name="Parameter">What the page says of it.</param>
/// <param name="Set">What it is in this parameter set.</param>
/// <param name="Type">The short name of its type. Null: it is a switch.</param>
internal sealed record SyntaxParameter(ParameterSection Parameter, ParameterSetBlock Set, string? Type);

/// <summary>An example: what it shows, the code, and what comes of it.</summary>
internal sealed record Example(string Title, IReadOnlyList<Prose> Introduction, string Code, IReadOnlyList<Prose> Remarks);

/// <summary>A parameter: what it is for, and the yaml block that says how it binds.</summary>
internal sealed record ParameterSection(string Name, IReadOnlyList<Prose> Description, ParameterBlock Block);

/// <summary>A type that goes in or comes out.</summary>
internal sealed record TypeSection(string Type, IReadOnlyList<Prose> Description);

/// <summary>A link. One to another page of this help has no address: it is found by its name.</summary>
internal sealed record Link(string Text, string? Address);
