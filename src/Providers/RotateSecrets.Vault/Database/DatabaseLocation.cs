using System.Globalization;
using System.Text.RegularExpressions;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Vault.Database;

/// <summary>Where a PostgreSQL database is.</summary>
/// <param name="Host">The host, or several with commas.</param>
/// <param name="Port">The port.</param>
/// <param name="Name">The database's name; empty for the one that is called as the user.</param>
/// <param name="Encryption">What its connection string says as sslmode; empty where it says nothing.</param>
/// <param name="Authorities">A file of authorities, as sslrootcert; null for the system's.</param>
internal sealed partial record DatabaseLocation(string Host, int Port, string Name, string Encryption, string? Authorities)
{
    private const int DefaultPort = 5432;

    /// <summary>Reads a connection string: as an address, or as words with equals signs. What it says of user and password is passed over.</summary>
    /// <param name="plugin">The plugin that the engine uses.</param>
    /// <param name="text">The connection string.</param>
    /// <param name="target">What is to be rotated, for failures.</param>
    public static Outcome<DatabaseLocation> Read(string plugin, string text, string target)
    {
        if (!plugin.StartsWith("postgresql", StringComparison.Ordinal) && !plugin.StartsWith("redshift", StringComparison.Ordinal))
        {
            return new Failure(FailureCode.NotSupported, target, $"No login can be tried at a database of the plugin '{plugin}', only at PostgreSQL.");
        }

        var words = Address().Match(text) is { Success: true } address ? Of(address) : Words(text);
        var host = words.GetValueOrDefault("host", "localhost");
        return int.TryParse(words.GetValueOrDefault("port", string.Empty), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || !words.ContainsKey("port")
            ? new DatabaseLocation(host, port == 0 ? DefaultPort : port, words.GetValueOrDefault("dbname", string.Empty), words.GetValueOrDefault("sslmode", string.Empty), words.GetValueOrDefault("sslrootcert"))
            : new Failure(FailureCode.NotSupported, target, "The database's connection string could not be understood.");
    }

    /// <summary>Host and port.</summary>
    public override string ToString() => FormattableString.Invariant($"{Host}:{Port}");

    private static Dictionary<string, string> Of(Match address)
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in address.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(static pair => pair.Split('=', 2)).Where(static pair => pair.Length == 2))
        {
            words[pair[0]] = Uri.UnescapeDataString(pair[1]);
        }

        foreach (var (group, word) in (ReadOnlySpan<(string, string)>)[("host", "host"), ("port", "port"), ("name", "dbname")])
        {
            if (address.Groups[group].Value is { Length: > 0 } value)
            {
                words[word] = Uri.UnescapeDataString(value).Trim('[', ']');
            }
        }

        return words;
    }

    private static Dictionary<string, string> Words(string text)
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Match pair in Pairs().Matches(text))
        {
            words[pair.Groups["word"].Value] = pair.Groups["quoted"].Success ? pair.Groups["quoted"].Value : pair.Groups["bare"].Value;
        }

        return words;
    }

    // A password may hold anything, so the host begins behind the last @ before the path.
    [GeneratedRegex(@"^postgres(ql)?://([^/?]*@|[^?]*\}\}@)?(?<host>\[[^\]]+\]|[^:/?@]*)(:(?<port>\d+))?(/(?<name>[^?]*))?(\?(?<query>.*))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();

    [GeneratedRegex(@"(?<word>[a-z_]+)\s*=\s*('(?<quoted>([^'\\]|\\.)*)'|(?<bare>\S+))", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pairs();
}
