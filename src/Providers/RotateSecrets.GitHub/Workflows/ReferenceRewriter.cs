using System.Globalization;
using System.Text;
using RotateSecrets.GitHub.References;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Workflows;

/// <summary>Points references in a file to a secret of another name. Not a byte outside of the names is changed.</summary>
internal static class ReferenceRewriter
{
    /// <summary>Rewrites a file.</summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="path">The file.</param>
    /// <param name="references">References that were found in those bytes; those of other files don't count.</param>
    /// <param name="from">The name that they have.</param>
    /// <param name="to">The name that they are to have.</param>
    /// <param name="declared">Further bytes that are the name.</param>
    /// <returns>
    /// The new bytes, or <see cref="FailureCode.DocumentInvalid"/> with each line where the name doesn't stand as itself and a person has to decide.
    /// </returns>
    public static Outcome<byte[]> Rewrite(ReadOnlyMemory<byte> content, string path, IReadOnlyList<SecretReference> references, string from, string to, IReadOnlyList<(int Start, int Length)>? declared = null)
    {
        var names = new SortedSet<(int Start, int Length)>(declared ?? []);
        var flaws = new SortedSet<(int Line, int Column, string What)>();
        foreach (var reference in references.Where(reference => reference.Spot.Path == path))
        {
            var spot = reference.Spot;
            if (spot.Name is not { } name)
            {
                flaws.Add((spot.Line, spot.Column, Reason(reference)));
            }
            else if (!Says(content.Span, name, from))
            {
                flaws.Add((spot.Line, spot.Column, $"{from} doesn't stand here any more; read the file again"));
            }
            else
            {
                names.Add(name);
            }
        }

        return flaws.Count > 0 ? Refuse(path, flaws) : Replace(content.Span, names, from, to);
    }

    private static bool Says(ReadOnlySpan<byte> content, (int Start, int Length) name, string text) =>
        name is { Start: >= 0, Length: >= 0 } && (long)name.Start + name.Length <= content.Length
        && Encoding.UTF8.GetString(content.Slice(name.Start, name.Length)).Equals(text, StringComparison.OrdinalIgnoreCase);

    private static byte[] Replace(ReadOnlySpan<byte> content, SortedSet<(int Start, int Length)> names, string from, string to)
    {
        using var rewritten = new MemoryStream(content.Length + (names.Count * to.Length));
        var at = 0;
        foreach (var (start, length) in names)
        {
            rewritten.Write(content[at..start]);
            rewritten.Write(Encoding.UTF8.GetBytes(Spelled(Encoding.UTF8.GetString(content.Slice(start, length)), from, to)));
            at = start + length;
        }

        rewritten.Write(content[at..]);
        return rewritten.ToArray();
    }

    // GitHub doesn't tell names apart by case, but whoever goes back wants the bytes that were there: so the new name is spelled as the old one is.
    private static string Spelled(string old, string from, string to) =>
        old.Any(char.IsAsciiLetterLower) && !old.Any(char.IsAsciiLetterUpper) ? to.ToLowerInvariant()
        : to.StartsWith(from, StringComparison.OrdinalIgnoreCase) ? old + to[from.Length..]
        : from.StartsWith(to, StringComparison.OrdinalIgnoreCase) ? old[..to.Length]
        : to;

    private static string Reason(SecretReference reference) => reference.Kind switch
    {
        ReferenceKind.WholeContext => "all secrets are used at once here; see by hand how it picks the one",
        ReferenceKind.Inherit => "all secrets are handed on here to a workflow that can't be read; see by hand whether it uses the one",
        ReferenceKind.Computed => "the name is put together here; change by hand what it is put together from",
        _ when reference.IsOnlyOfEnvironment => "this is also the name of a secret that the caller hands over; change both by hand",
        _ => "the name is written with escapes here; change it by hand",
    };

    private static Failure Refuse(string path, SortedSet<(int Line, int Column, string What)> flaws) => new(
        FailureCode.DocumentInvalid,
        path,
        string.Join(Environment.NewLine, flaws.Select(flaw => string.Create(CultureInfo.InvariantCulture, $"{path}:{flaw.Line}:{flaw.Column}: {flaw.What}."))))
    {
        Remedy = "Nothing was rewritten in this file.",
    };
}
