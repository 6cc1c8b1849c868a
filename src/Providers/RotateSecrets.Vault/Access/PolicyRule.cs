using System.Text.Json;
using System.Text.RegularExpressions;
using RotateSecrets.Vault.Client;

namespace RotateSecrets.Vault.Access;

/// <summary>A rule of a policy.</summary>
/// <param name="Path">The path: <c>+</c> stands for one part of it, and <c>*</c> at the end for whatever follows.</param>
/// <param name="Capabilities">What it grants.</param>
internal sealed partial record PolicyRule(string Path, IReadOnlyList<string> Capabilities)
{
    /// <summary>Whether it speaks of a path.</summary>
    public bool Fits(string path)
    {
        var parts = Path.TrimEnd('*').Split('+').Select(Regex.Escape);
        return Regex.IsMatch(path, $"^{string.Join("[^/]+", parts)}{(Path.EndsWith('*') ? string.Empty : "$")}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
    }

    /// <summary>
    /// Which of two rules that fit the server goes by: the one whose first wildcard is later, then the one that doesn't end in <c>*</c>, then the one with fewer <c>+</c>, then the longer one
    /// (Vault's page "Policies", "Priority matching").
    /// </summary>
    public (int FirstWildcard, bool IsOpenEnded, int Wildcards, int Length) Precision => (
        Path.IndexOfAny(['*', '+']) is >= 0 and var first ? first : int.MaxValue,
        !Path.EndsWith('*'),
        -Path.Split('/').Count(static part => part == "+"),
        Path.Length);

    /// <summary>Reads a policy, in the server's language or as JSON. What it doesn't know, it leaves out.</summary>
    public static IReadOnlyList<PolicyRule> Read(string body) => body.TrimStart().StartsWith('{') ? ReadJson(body) : ReadHcl(body);

    /// <summary>What rules grant at a path.</summary>
    public static IReadOnlyList<string> Granted(IEnumerable<PolicyRule> rules, string path)
    {
        var fitting = rules.Where(rule => rule.Fits(path)).ToList();
        if (fitting.Count == 0)
        {
            return [];
        }

        var best = fitting.Max(static rule => rule.Precision);
        var granted = fitting.Where(rule => rule.Precision == best).SelectMany(static rule => rule.Capabilities).Distinct(StringComparer.Ordinal).ToList();
        return granted.Contains("deny", StringComparer.Ordinal) ? [] : granted;
    }

    /// <summary>The rule as a policy has it.</summary>
    public override string ToString() => VaultServer.PolicyLine(Path, Capabilities);

    private static List<PolicyRule> ReadJson(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return [.. document.RootElement.Member("path").Members().Select(static rule => new PolicyRule(rule.Name, [.. rule.Value.Texts("capabilities"), .. Legacy(rule.Value.Text("policy"))]))];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static List<PolicyRule> ReadHcl(string body)
    {
        var rules = new List<PolicyRule>();
        var plain = Comments().Replace(body, static match => match.Value[0] == '"' ? match.Value : " ");
        foreach (Match match in Blocks().Matches(plain))
        {
            var list = Lists().Match(match.Groups["block"].Value).Groups["list"].Value;
            var legacy = Policies().Match(match.Groups["block"].Value).Groups["policy"].Value;
            var path = match.Groups["path"].Value.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
            rules.Add(new PolicyRule(path, [.. Words().Matches(list).Select(static word => word.Groups["word"].Value), .. Legacy(legacy)]));
        }

        return rules;
    }

    // The words of the days before capabilities.
    private static string[] Legacy(string? policy) => policy switch
    {
        "read" => ["read", "list"],
        "write" => ["create", "read", "update", "delete", "list"],
        "sudo" => ["create", "read", "update", "delete", "list", "sudo"],
        "deny" => ["deny"],
        _ => [],
    };

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|\#[^\n]*|//[^\n]*|/\*.*?\*/
        """, RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace, 1000)]
    private static partial Regex Comments();

    [GeneratedRegex("""path\s+"(?<path>(?:[^"\\]|\\.)+)"\s*=?\s*\{(?<block>(?:[^{}"]|"(?:[^"\\]|\\.)*"|\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*\})*)\}""", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Blocks();

    [GeneratedRegex("""capabilities\s*=\s*\[(?<list>[^\]]*)\]""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Lists();

    [GeneratedRegex("policy\\s*=\\s*\"(?<policy>[a-z]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Policies();

    [GeneratedRegex("\"(?<word>[a-z]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Words();
}
