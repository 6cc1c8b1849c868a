using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RotateSecrets.Peers.Vault.SystemBackend;

/// <summary>Policies, and what they let a token do.</summary>
internal sealed partial class PolicyTable
{
    private readonly SortedDictionary<string, string> bodies = new(StringComparer.Ordinal)
    {
        ["default"] =
            """
            path "auth/token/lookup-self" { capabilities = ["read"] }
            path "auth/token/renew-self" { capabilities = ["update"] }
            path "auth/token/revoke-self" { capabilities = ["update"] }
            path "sys/capabilities-self" { capabilities = ["update"] }
            path "sys/internal/ui/resultant-acl" { capabilities = ["read"] }
            """,
        ["root"] = string.Empty,
    };

    public IEnumerable<string> Names => bodies.Keys;

    public string? Body(string name) => bodies.GetValueOrDefault(name);

    /// <summary>Writes a policy.</summary>
    /// <returns>Whether it could be read.</returns>
    public bool Write(string name, string body)
    {
        if (!TryParse(body, out _))
        {
            return false;
        }

        bodies[name] = body;
        return true;
    }

    public void Remove(string name) => bodies.Remove(name);

    /// <summary>What policies let one do at a path: of the rules that fit, the most exact one counts.</summary>
    public IReadOnlyList<string> Capabilities(IEnumerable<string> policies, string path)
    {
        var names = policies.ToList();
        if (names.Contains("root", StringComparer.Ordinal))
        {
            return ["root"];
        }

        var rules = names.Select(Body).OfType<string>().SelectMany(static body => TryParse(body, out var rules) ? rules : []).Where(rule => Fits(rule.Path, path)).ToList();
        if (rules.Count == 0)
        {
            return ["deny"];
        }

        var best = rules.Max(static rule => Weight(rule.Path));
        var all = rules.Where(rule => Weight(rule.Path) == best).SelectMany(static rule => rule.Capabilities).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return all.Count == 0 || all.Contains("deny", StringComparer.Ordinal) ? ["deny"] : all;
    }

    /// <summary>The rules of policies, as the server tells them: those for one path, and those that end in <c>*</c>, which is left out; those with <c>+</c> are not told.</summary>
    public (JsonObject Exact, JsonObject Glob) Resultant(IEnumerable<string> policies)
    {
        var names = policies.ToList();
        var paths = names.Select(Body).OfType<string>().SelectMany(static body => TryParse(body, out var rules) ? rules : []).Select(static rule => rule.Path).Where(static path => !path.Contains('+')).Distinct(StringComparer.Ordinal).ToList();
        JsonObject Told(IEnumerable<string> told) => new(told.Select(path => KeyValuePair.Create(
            path.TrimEnd('*'), (JsonNode?)new JsonObject { ["capabilities"] = new JsonArray([.. Capabilities(names, path).Select(static capability => (JsonNode)capability)]) })));
        return (Told(paths.Where(static path => !path.EndsWith('*'))), Told(paths.Where(static path => path.EndsWith('*'))));
    }

    private static (int, int, int) Weight(string path)
    {
        var wildcard = path.IndexOfAny(['*', '+']);
        return (wildcard < 0 ? int.MaxValue : wildcard, path.EndsWith('*') ? 0 : 1, path.Length);
    }

    private static bool Fits(string rule, string path) => Regex.IsMatch(
        path,
        "^" + Regex.Escape(rule.TrimEnd('*')).Replace(@"\+", "[^/]+", StringComparison.Ordinal) + (rule.EndsWith('*') ? string.Empty : "$"),
        RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(1));

    private static bool TryParse(string body, out List<(string Path, IReadOnlyList<string> Capabilities)> rules)
    {
        rules = [];
        if (body.TrimStart().StartsWith('{'))
        {
            foreach (var (path, rule) in JsonNode.Parse(body)!["path"]!.AsObject())
            {
                rules.Add((path, [.. rule!["capabilities"]!.AsArray().Select(static capability => capability!.ToString())]));
            }

            return true;
        }

        var plain = Comment().Replace(body, string.Empty);
        foreach (Match match in Rule().Matches(plain))
        {
            rules.Add((match.Groups["path"].Value, [.. Word().Matches(match.Groups["list"].Value).Select(static word => word.Groups["word"].Value)]));
        }

        return Rule().Replace(plain, string.Empty).Trim().Length == 0;
    }

    [GeneratedRegex("""path\s+"(?<path>[^"]+)"\s*\{\s*capabilities\s*=\s*\[(?<list>[^\]]*)\]\s*\}""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Rule();

    [GeneratedRegex("\"(?<word>[a-z]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();

    [GeneratedRegex("(?m)#.*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Comment();
}
