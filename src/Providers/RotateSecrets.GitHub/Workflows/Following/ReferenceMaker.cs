using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Workflows.Expressions;
using RotateSecrets.GitHub.Workflows.Files;

namespace RotateSecrets.GitHub.Workflows.Following;

/// <summary>Makes references of uses.</summary>
/// <param name="workflow">The path of the workflow that GitHub starts.</param>
/// <param name="wanted">Which secret is searched for.</param>
internal sealed class ReferenceMaker(string workflow, WantedSecret wanted)
{
    /// <summary>Makes the references that a use comes to.</summary>
    /// <param name="file">The file in which it stands.</param>
    /// <param name="use">The use.</param>
    /// <param name="job">The job of the workflow; null outside of jobs.</param>
    /// <param name="through">The files called on the way.</param>
    /// <param name="meanings">What the use may come to.</param>
    public IEnumerable<SecretReference> Make(
        LoadedFile file, SecretUse use, string? job, IReadOnlyList<string> through, IReadOnlyList<Meaning> meanings)
    {
        // What is written out and can be no name leads to no secret, though it may look like a pattern.
        if (use.Use.Name is { } written && !IsName(written))
        {
            yield break;
        }

        ReferenceSpot? spot = null;
        foreach (var (environment, name) in meanings)
        {
            var isWhole = use.Use.Kind == UseKind.Whole;
            var isKnown = !isWhole && !name.IsOpen && name.Node is null;
            if (isWhole ? wanted.IsAmongAll : isKnown ? IsName(name.Text) && wanted.Is(name.Text) : wanted.MayBe(name) && !IsNamed(meanings, environment))
            {
                spot ??= SpotOf(file, use);
                yield return new SecretReference(workflow, job, environment, KindOf(use.Use.Kind), isKnown ? name.Text.ToUpperInvariant() : null, spot)
                {
                    Through = through,
                    IsPossible = !isWhole && !isKnown,
                };
            }
        }
    }

    /// <summary>Makes the reference that handing all secrets to a workflow comes to which can't be read.</summary>
    public SecretReference Inherited(ReferenceSpot spot, string job, IReadOnlyList<string> through) =>
        new(workflow, job, JobEnvironment.None, ReferenceKind.Inherit, null, spot) { Through = through, IsPossible = true };

    /// <summary>Where a use stands.</summary>
    public static ReferenceSpot SpotOf(LoadedFile file, SecretUse use)
    {
        var spot = file.SpotOf(use.Scalar, use.Use.Name is null ? use.Use.Start : use.Use.NameStart);
        return use.Use.Name is { } name && name.Length == use.Use.NameLength && use.Scalar.SpanOf(use.Use.NameStart, use.Use.NameLength) is { } start
            ? spot with { Name = file.File.BytesOf(start, name.Length) }
            : spot;
    }

    private static ReferenceKind KindOf(UseKind kind) => kind switch
    {
        UseKind.Property => ReferenceKind.Property,
        UseKind.Index => ReferenceKind.Index,
        UseKind.Whole => ReferenceKind.WholeContext,
        _ => ReferenceKind.Computed,
    };

    // Where it is certain that the secret is meant, that it may also be another adds nothing.
    private bool IsNamed(IReadOnlyList<Meaning> meanings, JobEnvironment environment) =>
        wanted.Name is not null && meanings.Any(meaning => meaning.Environment == environment && !meaning.Name.IsOpen && wanted.Is(meaning.Name.Text));

    // "Using secrets in GitHub Actions": letters, digits and underscores, and no digit first. No other name leads to a secret.
    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
