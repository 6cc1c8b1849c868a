using RotateSecrets.Outcomes;

namespace RotateSecrets.Documents;

/// <summary>Collects what is wrong with a document, so that all of it can be mended at once.</summary>
/// <param name="path">The file, for messages.</param>
public sealed class DocumentErrors(string path)
{
    private readonly List<(DocumentPosition Position, string What)> errors = [];

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Whether something is wrong.</summary>
    public bool Any => errors.Count > 0;

    /// <summary>Notes something that is wrong.</summary>
    /// <param name="position">Where.</param>
    /// <param name="what">What, and what to write instead: a clause without a full stop.</param>
    public void Add(DocumentPosition position, string what) => errors.Add((position, what));

    /// <summary>All of it as one failure, in the order of the file; a line each.</summary>
    public Failure ToFailure() => new(
        FailureCode.DocumentInvalid,
        path,
        string.Join(Environment.NewLine, errors
            .OrderBy(static error => error.Position.Line)
            .ThenBy(static error => error.Position.Column)
            .Select(error => JsonDocumentReader.Invalid(path, error.Position, error.What).Message)));
}
