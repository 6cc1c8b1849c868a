namespace RotateSecrets.Consumers.Templates;

/// <summary>
/// Finds the secrets that a template of Vault's agent or injector reads: <c>{{ with secret "secret/data/x" }}{{ .Data.data.password }}{{ end }}</c>. It takes any text; what is no template
/// reads nothing. Source: consul-template's page "Templating language", and Go's text/template.
/// </summary>
public static class AgentTemplate
{
    /// <summary>Finds them, in the order in which they stand.</summary>
    /// <param name="text">The template.</param>
    /// <param name="left">How an action begins. Default: two braces.</param>
    /// <param name="right">How it ends. Default: two braces.</param>
    public static IReadOnlyList<TemplateRead> Find(string text, string left = "{{", string right = "}}")
    {
        var scope = new TemplateScope();
        foreach (var action in Actions(text, left, right))
        {
            scope.Take(TemplateWord.Read(action));
        }

        return scope.Found;
    }

    // A quoted text may have in it what ends an action elsewhere.
    private static IEnumerable<string> Actions(string text, string left, string right)
    {
        for (var at = text.IndexOf(left, StringComparison.Ordinal); at >= 0;)
        {
            var from = at + left.Length;
            var end = from;
            while (end < text.Length && !text.AsSpan(end).StartsWith(right, StringComparison.Ordinal))
            {
                end = text[end] is '"' or '`' ? TemplateWord.EndOfQuote(text, end) : end + 1;
            }

            if (end >= text.Length)
            {
                yield break;
            }

            yield return text[from..end].Trim().Trim('-').Trim();
            at = text.IndexOf(left, end + right.Length, StringComparison.Ordinal);
        }
    }
}
