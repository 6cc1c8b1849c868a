namespace RotateSecrets.GitHub.References;

/// <summary>How a workflow gets at a secret.</summary>
internal enum ReferenceKind
{
    /// <summary><c>secrets.NAME</c>.</summary>
    Property,

    /// <summary><c>secrets['NAME']</c>.</summary>
    Index,

    /// <summary>All secrets at once: <c>toJSON(secrets)</c>, <c>secrets.*</c>, the bare context.</summary>
    WholeContext,

    /// <summary><c>secrets: inherit</c> to a workflow that can't be read: which it uses isn't known.</summary>
    Inherit,

    /// <summary><c>secrets[...]</c> by a name that is known only when it runs.</summary>
    Computed,
}

/// <summary>The environment of the job that gets a secret.</summary>
/// <param name="Name">Its name; null where the job has none, or it is known only when it runs.</param>
/// <param name="IsComputed">Whether it is an expression that can't be resolved without running it: any environment, or none.</param>
internal sealed record JobEnvironment(string? Name, bool IsComputed)
{
    /// <summary>A job without an environment.</summary>
    public static JobEnvironment None { get; } = new(null, false);
}

/// <summary>A place where the name of a secret stands.</summary>
/// <param name="Repository">The repository of the file: <c>owner/name</c>.</param>
/// <param name="Ref">The branch, tag or commit at which it was read.</param>
/// <param name="Path">The file: the workflow itself, or a reusable workflow or action that it calls.</param>
/// <param name="Line">The line, from 1, on which the name stands; where there is none, the word <c>secrets</c> or <c>inherit</c>.</param>
/// <param name="Column">Its column, from 1, in UTF-16 units.</param>
internal sealed record ReferenceSpot(string Repository, string Ref, string Path, int Line, int Column)
{
    /// <summary>
    /// The bytes of the file that are the name of the secret, without dot, brackets or quotes: what a rewriting replaces. Null where no name stands there, or replacing it would mean
    /// another thing (the name that a reusable workflow gave to a secret that is handed to it).
    /// </summary>
    public (int Start, int Length)? Name { get; init; }
}

/// <summary>A job that gets a secret. A secret that is handed on by name to a reusable workflow is one reference, at the place where the caller names it.</summary>
/// <param name="Workflow">The workflow that GitHub starts, of the tree that was searched.</param>
/// <param name="Job">The job of it; null for an expression outside of jobs (<c>env:</c> of the workflow counts for each job).</param>
/// <param name="Environment">The environment of the job that gets it: for a reusable workflow, the environment of the called job.</param>
/// <param name="Kind">How it gets it.</param>
/// <param name="SecretName">The name, in capitals; null where it may be any.</param>
/// <param name="Spot">Where.</param>
internal sealed record SecretReference(
    string Workflow, string? Job, JobEnvironment Environment, ReferenceKind Kind, string? SecretName, ReferenceSpot Spot)
{
    /// <summary>Whether it can't be told without running it that it is this secret. Such a reference is never dropped.</summary>
    public bool IsPossible { get; init; }

    /// <summary>The files called on the way, outermost first, for people; empty where the workflow itself names it.</summary>
    public IReadOnlyList<string> Through { get; init; } = [];

    /// <summary>
    /// Where the called files use what is handed to them here: <c>secrets.token</c> of a reusable workflow, <c>inputs.token</c> of an action. Empty where it is handed to nothing that could be read.
    /// </summary>
    public IReadOnlyList<ReferenceSpot> Uses { get; init; } = [];

    /// <summary>Whether it is the secret of an environment or none: a job of a reusable workflow that was given its secrets by name, where an environment's covers what was given.</summary>
    public bool IsOnlyOfEnvironment { get; init; }
}
