namespace RotateSecrets.Peers.GitHub.Http;

/// <summary>An endpoint.</summary>
public sealed class Route
{
    private readonly string[] parts;
    private readonly bool takesRest;

    /// <summary>An endpoint.</summary>
    /// <param name="name">Method and path as the official description has them: <c>GET /repos/{owner}/{repo}</c>.</param>
    /// <param name="permission">What a token needs: <c>secrets=read</c>; empty for nothing.</param>
    /// <param name="answer">Answers.</param>
    internal Route(string name, string permission, Func<Question, Reply> answer)
    {
        Name = name;
        Answer = answer;
        (Method, var path) = name.Split(' ') is [var one, var two] ? (one, two) : throw new ArgumentException("An endpoint is a method and a path.", nameof(name));
        parts = path[1..].Split('/');
        takesRest = parts[^1] is "{path}" or "{ref}" or "{branch}";
        (Permission, Level) = permission.Split('=') is [var wanted, var level] ? (wanted, level) : (null, null);
    }

    /// <summary>Method and path as the official description has them.</summary>
    public string Name { get; }

    public string Method { get; }

    /// <summary>What a token needs; null for nothing.</summary>
    public string? Permission { get; }

    /// <summary>At which level.</summary>
    public string? Level { get; }

    /// <summary>Whether it is only for an app itself.</summary>
    public bool IsForApps => parts[0] == "app" || parts[^1] == "installation";

    public bool IsWrite => Method != "GET" && Name != "POST /graphql";

    internal Func<Question, Reply> Answer { get; }

    /// <summary>What stands in the place of the parameters; null where the path is another one.</summary>
    internal IReadOnlyDictionary<string, string>? Match(string method, string[] segments)
    {
        if (method != Method || (takesRest ? segments.Length < parts.Length : segments.Length != parts.Length))
        {
            return null;
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i][0] == '{')
            {
                values[parts[i][1..^1]] = Uri.UnescapeDataString(takesRest && i == parts.Length - 1 ? string.Join('/', segments[i..]) : segments[i]);
            }
            else if (parts[i] != segments[i])
            {
                return null;
            }
        }

        return values;
    }

    /// <summary>How exactly it says the path: of two that fit, the one with fewer parameters is meant.</summary>
    internal int Parameters => parts.Count(static part => part[0] == '{');
}
