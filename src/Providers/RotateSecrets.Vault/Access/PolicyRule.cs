using System.Text.Json;
using System.Text.RegularExpressions;
using RotateSecrets.Vault.Client;

namespace RotateSecrets.Vault.Access;

/// <summary>A rule of a policy.</summary>
/// <param name="Path">The path: <c>+</c> stands for one part of it, and <c>*</c> at the end for whatever follows.</param>
/// <param name="Capabilities">What it grants.</param>
internal sealed partial record PolicyRule(string Path, IReadOnlyList<string> Capabilities)
{
    /// <summary>The words of a rule that grants under a condition alone: that of a parameter, or that the answer be wrapped.</summary>
    public static readonly IReadOnlyList<string> ConditionWords = ["allowed_parameters", "denied_parameters", "required_parameters", "min_wrapping_ttl", "max_wrapping_ttl"];

    /// <summary>Under which conditions it grants that, by their words.</summary>
    public IReadOnlyList<string> Conditions { get; init; } = [];

    /// <summary>Whether it speaks of one path alone.</summary>
    public bool IsForOnePath => !IsOpenEnded && Wildcards == 0;

    // A '+' that is a part of its own stands for any part; elsewhere it is a letter like others. Of the stars at the end the last one alone is taken away.
    private bool IsOpenEnded => Path.EndsWith('*');

    private string Literal => IsOpenEnded ? Path[..^1] : Path;

    private int Wildcards => Literal.Split('/').Count(static part => part == "+");

    /// <summary>Whether it speaks of a path.</summary>
    public bool Fits(string path)
    {
        var parts = Literal.Split('/').Select(static part => part == "+" ? "[^/]+" : Regex.Escape(part));
        return Regex.IsMatch(path, $"^{string.Join('/', parts)}{(IsOpenEnded ? string.Empty : "$")}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
    }

    /// <summary>
    /// Which of two rules that fit the server goes by: the one whose first wildcard is later, then the one that doesn't end in <c>*</c>, then the one with fewer <c>+</c>, then the longer one
    /// (Vault's page "Policies", "Priority matching").
    /// </summary>
    public (int FirstWildcard, bool IsExact, int Wildcards, int Length) Precision => (
        Wildcards > 0 ? Path.IndexOf('+', StringComparison.Ordinal) : IsOpenEnded ? Literal.Length : int.MaxValue, !IsOpenEnded, -Wildcards, Literal.Length);

    /// <summary>Reads a policy, in the server's language or as JSON. What it doesn't know, it leaves out.</summary>
    public static IReadOnlyList<PolicyRule> Read(string body) => body.TrimStart().StartsWith('{') ? ReadJson(body) : ReadHcl(body);

    /// <summary>What rules grant at a path, as one rule for it.</summary>
    public static PolicyRule Granted(IEnumerable<PolicyRule> rules, string path)
    {
        var fitting = rules.Where(rule => rule.Fits(path)).ToList();
        var best = fitting.Select(static rule => rule.Precision).DefaultIfEmpty().Max();
        fitting.RemoveAll(rule => rule.Precision != best);
        var granted = fitting.SelectMany(static rule => rule.Capabilities).Distinct(StringComparer.Ordinal).ToList();
        return new PolicyRule(path, granted.Contains("deny", StringComparer.Ordinal) ? [] : granted) { Conditions = [.. fitting.SelectMany(static rule => rule.Conditions).Distinct(StringComparer.Ordinal)] };
    }

    /// <summary>Reads the rules that the server says a token has; those with <c>+</c> in their path are not among them.</summary>
    /// <param name="data">What it answers at <c>sys/internal/ui/resultant-acl</c>.</param>
    public static IReadOnlyList<PolicyRule> ReadResultant(JsonElement data) =>
    [
        .. data.Member("exact_paths").Members().Select(static rule => Of(rule.Name, rule.Value)),
        .. data.Member("glob_paths").Members().Select(static rule => Of(rule.Name + "*", rule.Value)),
    ];

    /// <summary>The rule as a policy has it.</summary>
    public override string ToString() => VaultServer.PolicyLine(Path, Capabilities);

    private static List<PolicyRule> ReadJson(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return [.. Maps(document.RootElement.Member("path")).SelectMany(static paths => paths.Members()).SelectMany(static rule => Maps(rule.Value).Select(one => Of(rule.Name, one)))];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    // Where the language has a block, its JSON has a map or a list of maps.
    private static IEnumerable<JsonElement> Maps(JsonElement blocks) => blocks.ValueKind == JsonValueKind.Array ? blocks.EnumerateArray() : [blocks];

    private static PolicyRule Of(string path, JsonElement rule) => new(path, [.. rule.Texts("capabilities"), .. Legacy(rule.Text("policy"))])
    {
        Conditions = [.. ConditionWords.Where(word => rule.Member(word).ValueKind != JsonValueKind.Undefined)],
    };

    private static List<PolicyRule> ReadHcl(string body)
    {
        var rules = new List<PolicyRule>();
        var plain = Comments().Replace(body, static match => match.Value[0] == '"' ? match.Value : " ");
        foreach (Match match in Blocks().Matches(plain))
        {
            var list = Lists().Match(match.Groups["block"].Value).Groups["list"].Value;
            var legacy = Policies().Match(match.Groups["block"].Value).Groups["policy"].Value;
            var path = match.Groups["path"].Value.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
            rules.Add(new PolicyRule(path, [.. Words().Matches(list).Select(static word => word.Groups["word"].Value), .. Legacy(legacy)])
            {
                Conditions = [.. Conditional().Matches(match.Groups["block"].Value).Select(static word => word.Value).Distinct(StringComparer.Ordinal)],
            });
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

    [GeneratedRegex(@"(allowed|denied|required)_parameters|(min|max)_wrapping_ttl", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Conditional();

    [GeneratedRegex("policy\\s*=\\s*\"(?<policy>[a-z]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Policies();

    [GeneratedRegex("\"(?<word>[a-z]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Words();
}
