using System.Text.Json;
using System.Text.RegularExpressions;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Upstreams;

/// <summary>Tells whether the search of an ExternalSecret (<c>dataFrom.find</c>) finds a secret, by the beginning of its name and by an expression. By its tags it can't be told: it counts as found.</summary>
internal static class SecretFind
{
    /// <summary>Whether it is found.</summary>
    /// <param name="find">The search.</param>
    /// <param name="names">How the secret may be called where it is searched: with its mount and without.</param>
    public static bool Finds(JsonElement find, IEnumerable<string> names)
    {
        var (begin, pattern) = (find.Text("path")?.Trim('/') ?? string.Empty, find.Text("name", "regexp"));
        return find.ValueKind == JsonValueKind.Object && names.Any(name => name.Trim('/').StartsWith(begin, StringComparison.Ordinal) && Fits(pattern, name));
    }

    // What this platform can't read as an expression may find anything.
    private static bool Fits(string? pattern, string name)
    {
        try
        {
            return pattern is null || Regex.IsMatch(name, pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return true;
        }
    }
}
