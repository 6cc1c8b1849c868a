using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Rotation.Reports;

/// <summary>What a report is written in.</summary>
public enum ReportFormat
{
    /// <summary>A section a rotation, in a file that people keep.</summary>
    Markdown,

    /// <summary>An array of objects.</summary>
    Json,

    /// <summary>One page with its pictures, complete in itself.</summary>
    Html,
}

/// <summary>Writes rotations down for people and programs. What is in a report is what the journal has: never a secret.</summary>
public static class RotationReport
{
    /// <summary>The text of a report.</summary>
    /// <param name="format">What it is written in.</param>
    /// <param name="rotations">The rotations, in the order in which they are to stand.</param>
    /// <param name="existing">
    /// What stands where it will be written; null for nothing. Markdown and JSON keep it: a rotation that is in it already is brought up to date in its place, any other is
    /// appended. A page is made anew.
    /// </param>
    /// <returns>The text, or <see cref="FailureCode.DocumentInvalid"/> where what stands there is no such report.</returns>
    public static Outcome<string> Write(ReportFormat format, IReadOnlyList<SecretRotation> rotations, string? existing) => format switch
    {
        ReportFormat.Markdown => Outcome.Of(rotations.Aggregate(existing ?? string.Empty, MarkdownReport.Put)),
        ReportFormat.Json => JsonReport.Put(existing, rotations),
        _ => Outcome.Of(HtmlReport.Write(rotations)),
    };
}
