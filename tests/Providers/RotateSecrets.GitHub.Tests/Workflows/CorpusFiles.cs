namespace RotateSecrets.GitHub.Tests.Workflows;

/// <summary>The workflow files that were written to be searched.</summary>
internal static class CorpusFiles
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Workflows", "Corpus");

    /// <summary>All of them, by their path in the corpus.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .Where(static file => file.EndsWith(".yml", StringComparison.Ordinal) || file.EndsWith(".yaml", StringComparison.Ordinal))
            .Select(static file => Path.GetRelativePath(Folder, file)).Order(StringComparer.Ordinal),
    ];

    public static string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>A file of a set under the name by which a search knows it. What begins with <c>owner+name@ref</c> is a file of another repository.</summary>
    public static (string Name, byte[] Content) InSet(string name)
    {
        var parts = name.Split('/')[2..];
        var path = string.Join('/', parts.Skip(parts[0].Contains('@') ? 1 : 0)).Replace("dot-github", ".github", StringComparison.Ordinal);
        var known = parts[0].Contains('@') ? $"{parts[0].Replace('+', '/')}:{path}" : path.StartsWith("actions/", StringComparison.Ordinal) ? $".github/{path}" : path;
        return (known, File.ReadAllBytes(PathOf(name)));
    }
}
