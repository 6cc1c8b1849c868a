using RotateSecrets.HelpBuilder.Output;
using RotateSecrets.HelpBuilder.Source;

namespace RotateSecrets.HelpBuilder;

/// <summary>Makes what Get-Help reads from the pages that people write. Nothing is written unless every page is sound.</summary>
internal static class Program
{
    private const string AboutPrefix = "about_";

    private static int Main(string[] arguments)
    {
        if (arguments is not [var source, var output])
        {
            Console.Error.WriteLine("Usage: RotateSecrets.HelpBuilder <source folder> <output folder>");
            return 64;
        }

        try
        {
            Build(source, output);
            return 0;
        }
        catch (SourceException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private static void Build(string source, string output)
    {
        var files = Directory.Exists(source) ? Directory.GetFiles(source, "*.md") : [];
        var pages = files.Order(StringComparer.Ordinal).ToLookup(IsTopic);
        var commands = pages[false].Select(static path => CommandPageReader.Read(SourceFile.Read(path))).ToArray();
        var topics = pages[true].ToDictionary(
            static path => Path.GetFileNameWithoutExtension(path) + ".help.txt",
            static path => AboutText.Of(SourceFile.Read(path)),
            StringComparer.Ordinal);

        Directory.CreateDirectory(output);
        MamlDocument.Of(commands).Save(Path.Combine(output, CommandPage.HelpFile));
        foreach (var (name, text) in topics)
        {
            File.WriteAllText(Path.Combine(output, name), text);
        }

        foreach (var stale in Directory.EnumerateFiles(output, AboutPrefix + "*.help.txt").Where(path => !topics.ContainsKey(Path.GetFileName(path))))
        {
            File.Delete(stale);
        }
    }

    private static bool IsTopic(string path) => Path.GetFileName(path).StartsWith(AboutPrefix, StringComparison.Ordinal);
}
