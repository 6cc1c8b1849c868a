using System.Diagnostics;

namespace RotateSecrets.HelpBuilder.Tests.Hosting;

/// <summary>Runs the builder as the build does.</summary>
internal static class Builder
{
    /// <summary>Builds the help from these pages.</summary>
    public static (int ExitCode, string Error) Run(IReadOnlyDictionary<string, string> pages, string output)
    {
        var source = Directory.CreateTempSubdirectory("help sources ");
        try
        {
            foreach (var (name, text) in pages)
            {
                File.WriteAllText(Path.Combine(source.FullName, name), text);
            }

            return Run(source.FullName, output);
        }
        finally
        {
            source.Delete(recursive: true);
        }
    }

    /// <summary>Runs it with these arguments.</summary>
    public static (int ExitCode, string Error) Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "RotateSecrets.HelpBuilder.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
