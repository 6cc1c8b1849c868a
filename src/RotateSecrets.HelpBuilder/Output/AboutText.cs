using System.Text;
using RotateSecrets.HelpBuilder.Source;

namespace RotateSecrets.HelpBuilder.Output;

/// <summary>A topic as plain text of 80 columns, in the layout from which Get-Help takes the name and the synopsis.</summary>
internal static class AboutText
{
    private const int Width = 80;
    private const int Indent = 4;

    public static string Of(SourceFile file)
    {
        file.Expect(file.Title, "Short description", "Long description", "See also");
        if (Prose.Read(file, file.Title.Sections[0].Blocks) is not [{ Text.Length: <= Width - Indent }])
        {
            throw file.Fail(
                file.Title.Sections[0].Line,
                $"The short description is one paragraph of at most {Width - Indent} characters: Get-Help lists it as the synopsis.");
        }

        var text = new StringBuilder($"TOPIC\n    {file.Name}\n");
        foreach (var section in file.Title.Sections)
        {
            text.Append(Heading(section.Title.ToUpperInvariant(), indent: 0)).Append(Body(file, section));
            foreach (var subsection in section.Sections)
            {
                text.Append(Heading(subsection.Title, indent: 2)).Append(Body(file, subsection));
            }
        }

        return text.ToString();
    }

    private static string Heading(string title, int indent) => $"\n{new string(' ', indent)}{title}\n";

    private static string Body(SourceFile file, Section section) =>
        section.Sections.SelectMany(static subsection => subsection.Sections).FirstOrDefault() is { } deeper
            ? throw file.Fail(deeper.Line, "Headings go no deeper than three levels.")
            : string.Join('\n', Prose.Read(file, section.Blocks).Select(static prose => string.Concat(prose.Lines.SelectMany(Wrap).Select(static line => line.TrimEnd() + "\n"))));

    private static IEnumerable<string> Wrap(ProseLine line)
    {
        var indent = new string(' ', Indent);
        if (line.IsVerbatim)
        {
            return [$"{indent}  {line.Prefix}{line.Text}"];
        }

        var lines = new List<string>();
        var current = indent + line.Prefix;
        var start = current.Length;
        foreach (var word in line.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (current.Length > start && current.Length + 1 + word.Length > Width)
            {
                lines.Add(current);
                current = new string(' ', start);
            }

            current += current.Length > start ? " " + word : word;
        }

        lines.Add(current);
        return lines;
    }
}
