namespace RotateSecrets.Consumers.Templates;

/// <summary>What the dot and the variables of a template stand for, as its actions are gone through.</summary>
internal sealed class TemplateScope
{
    private readonly Stack<Entry?> dots = new();
    private readonly Dictionary<string, Entry> secrets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> texts = new(StringComparer.Ordinal);
    private readonly List<Entry> found = [];

    /// <summary>What was read so far.</summary>
    public IReadOnlyList<TemplateRead> Found => [.. found.Select(static entry => entry.ToRead())];

    /// <summary>Takes the next action.</summary>
    public void Take(List<TemplateWord> words)
    {
        if (words is [])
        {
            return;
        }

        var entry = Secret(words);
        var dot = dots.Count == 0 ? null : dots.Peek();
        foreach (var (word, next) in words.Zip(words.Skip(1).Append(default)))
        {
            Use(word, next, entry, dot);
        }

        // "if" and "range" open a block as "with" does; the dot of "range" is what is gone through, of which nothing is known.
        switch (words[0])
        {
            case { Text: "with", IsQuoted: false }:
                dots.Push(entry ?? Meant(words));
                break;
            case { Text: "if" or "range" or "block" or "define", IsQuoted: false }:
                dots.Push(dot);
                break;
            case { Text: "end", IsQuoted: false } when dots.Count > 0:
                dots.Pop();
                break;
        }

        Assign(words, entry);
    }

    private Entry? Secret(List<TemplateWord> words)
    {
        var at = words.FindIndex(static word => word is { Text: "secret", IsQuoted: false });
        if (at < 0)
        {
            return null;
        }

        // The path comes behind it, or through a pipe from before it.
        var (path, isOpenEnded) = at + 1 < words.Count && words[at + 1] is not { Text: "|", IsQuoted: false } ? Path(words, at + 1) : at > 1 ? Path(words, at - 2) : (string.Empty, true);
        var entry = new Entry(path, isOpenEnded);
        found.Add(entry);
        return entry;
    }

    private (string Text, bool IsOpenEnded) Path(List<TemplateWord> words, int at)
    {
        var word = words[at];
        if (word.IsQuoted)
        {
            return (word.Text, false);
        }

        if (texts.TryGetValue(word.Text, out var known))
        {
            return (known, false);
        }

        // (printf "secret/data/%s" ...): as far as the first of what is put in.
        var format = words.Skip(at).SkipWhile(static one => one is not { Text: "printf", IsQuoted: false }).Skip(1).FirstOrDefault();
        return format.IsQuoted && word.Text is "(" or "printf" ? (format.Text.Split('%')[0], true) : (string.Empty, true);
    }

    private void Use(TemplateWord word, TemplateWord next, Entry? entry, Entry? dot)
    {
        if (word.IsQuoted || word.Text.IndexOf("Data", StringComparison.Ordinal) is not (>= 0 and var data))
        {
            return;
        }

        var owner = word.Text[0] == '$' ? secrets.GetValueOrDefault(word.Text.Split('.')[0]) : entry ?? dot;
        var fields = word.Text[data..].Split('.', StringSplitOptions.RemoveEmptyEntries).Skip(1).ToList();

        // Version 2 of the key-value engine wraps what it keeps once more, also where the path leaves "data/" out: it is put in by whoever renders the template.
        if (fields is ["data", ..])
        {
            fields.RemoveAt(0);
        }

        if (owner is not null && fields is ["metadata", ..])
        {
            return;
        }

        // "index .Data.data "a key"" takes one key as well; everything else takes them all.
        owner?.Add(fields.Count > 0 ? fields[0] : next.IsQuoted ? next.Text : null);
    }

    private Entry? Meant(List<TemplateWord> words) =>
        words.Skip(1).Select(word => word.IsQuoted ? null : secrets.GetValueOrDefault(word.Text.Split('.')[0])).FirstOrDefault(static entry => entry is not null)
        ?? (words.Exists(static word => word is { IsQuoted: false } && word.Text.StartsWith('.')) && dots.Count > 0 ? dots.Peek() : null);

    // $x := secret "..." and $x := "...".
    private void Assign(List<TemplateWord> words, Entry? entry)
    {
        var at = words.FindIndex(static word => word is { Text: ":" or "=", IsQuoted: false });
        if (at < 1 || words[at - 1].IsQuoted || words[at - 1].Text[0] != '$')
        {
            return;
        }

        if (entry is not null)
        {
            secrets[words[at - 1].Text] = entry;
        }
        else if (words[^1].IsQuoted)
        {
            texts[words[at - 1].Text] = words[^1].Text;
        }
    }

    private sealed class Entry(string path, bool isOpenEnded)
    {
        private readonly List<string> fields = [];
        private bool takesAll;

        public void Add(string? field)
        {
            takesAll |= field is null;
            if (field is not null && !fields.Contains(field, StringComparer.Ordinal))
            {
                fields.Add(field);
            }
        }

        public TemplateRead ToRead() => TemplateRead.Of(path, takesAll ? [] : [.. fields]) with { IsOpenEnded = isOpenEnded };
    }
}
