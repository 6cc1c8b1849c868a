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
}
