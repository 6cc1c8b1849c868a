using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace RotateSecrets.Vault.Agents;

/// <summary>The words of an HCL text, one after another.</summary>
/// <exception cref="FormatException">What can't be read, without the text.</exception>
internal sealed class HclText(string source)
{
    private int at;

    /// <summary>The line at hand, counted from 1.</summary>
    public int Line => source.AsSpan(0, Math.Min(at, source.Length)).Count('\n') + 1;

    public bool IsAtEnd => at >= source.Length;

    /// <summary>Passes over space, comments, and a sign that separates.</summary>
    public void SkipSpace(char separator = ' ')
    {
        while (!IsAtEnd)
        {
            if (char.IsWhiteSpace(source[at]) || source[at] == separator || source[at] == '\ufeff')
            {
                at++;
            }
            else if (source[at] == '#' || Follows("//"))
            {
                at = EndOf("\n", at);
            }
            else if (Follows("/*"))
            {
                at = EndOf("*/", at + 2);
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Takes a sign, if it is the next one.</summary>
    public bool Take(char sign)
    {
        var isNext = !IsAtEnd && source[at] == sign;
        at += isNext ? 1 : 0;
        return isNext;
    }

    /// <summary>A name, in quotes or without.</summary>
    public string Name()
    {
        if (!IsAtEnd && source[at] == '"')
        {
            return Quoted();
        }

        var from = at;
        while (!IsAtEnd && (char.IsLetterOrDigit(source[at]) || source[at] is '_' or '-' or '.'))
        {
            at++;
        }

        return at > from ? source[from..at] : throw new FormatException("a name should stand here");
    }

    /// <summary>A text, a number, or true and false.</summary>
    public JsonNode Scalar()
    {
        if (IsAtEnd)
        {
            throw new FormatException("a value should stand here");
        }

        if (source[at] == '"')
        {
            return JsonValue.Create(Quoted());
        }

        if (Follows("<<"))
        {
            return JsonValue.Create(Heredoc());
        }

        var word = Name();
        return word switch
        {
            "true" => JsonValue.Create(true),
            "false" => JsonValue.Create(false),
            _ when decimal.TryParse(word, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
            _ => JsonValue.Create(word),
        };
    }

    private bool Follows(string word) => source.AsSpan(at).StartsWith(word, StringComparison.Ordinal);

    private int EndOf(string word, int from) => source.IndexOf(word, from, StringComparison.Ordinal) is >= 0 and var found ? found + word.Length : source.Length;

    // Between ${ and } quotes belong to what is put in.
    private string Quoted()
    {
        var text = new StringBuilder();
        var depth = 0;
        for (at++; !IsAtEnd && (source[at] != '"' || depth > 0); at++)
        {
            switch (source[at])
            {
                case '\n' when depth == 0:
                    throw new FormatException("a quoted text is not closed");
                case '\\' when depth == 0 && at + 1 < source.Length:
                    at++;
                    text.Append(source[at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
                    continue;
                case '$' when at + 1 < source.Length && source[at + 1] == '{':
                    depth++;
                    break;
                case '}' when depth > 0:
                    depth--;
                    break;
            }

            text.Append(source[at]);
        }

        return Take('"') ? text.ToString() : throw new FormatException("a quoted text is not closed");
    }

    private string Heredoc()
    {
        at += 2;
        var isIndented = Take('-');
        var end = EndOf("\n", at);
        var mark = source[at..end].Trim();
        if (mark.Length == 0)
        {
            throw new FormatException("a text of several lines has no mark for its end");
        }

        var lines = new List<string>();
        for (at = end; !IsAtEnd;)
        {
            var next = EndOf("\n", at);
            var line = source[at..next].TrimEnd('\r', '\n');
            at = next;
            if (line.Trim() == mark)
            {
                var margin = isIndented ? lines.Where(static one => one.Trim().Length > 0).Select(static one => one.Length - one.TrimStart().Length).DefaultIfEmpty(0).Min() : 0;
                return string.Concat(lines.Select(one => one[Math.Min(margin, one.Length)..] + "\n"));
            }

            lines.Add(line);
        }

        throw new FormatException("a text of several lines is not closed");
    }
}
