using System.Reflection;
using System.Text;

namespace RotateSecrets.Shell;

/// <summary>Runs one script, with the module imported, as <c>pwsh -File</c> does.</summary>
internal static class Program
{
    // The names and numbers of sysexits.h.
    private const int UsageError = 64;
    private const int Unavailable = 69;

    private static int Main(string[] arguments)
    {
        // PowerShell tells its makers what is imported unless it is told not to; what handles secrets tells nobody anything.
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        if (CommandLine.Parse(arguments) is not { } line)
        {
            return Refuse("Usage: RotateSecrets.Shell script.ps1 [--] [arguments]", UsageError);
        }

        if (!line.Script.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase) || !File.Exists(line.Script))
        {
            return Refuse($"There is no script '{line.Script}'. Name a .ps1 file that exists.", UsageError);
        }

        var module = typeof(Program).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(static data => string.Equals(data.Key, "ModulePath", StringComparison.Ordinal)).Value!;
        if (!File.Exists(module))
        {
            return Refuse($"The module is not built: there is no '{module}'. Build it with: dotnet build src/RotateSecrets.Module", Unavailable);
        }

        using var signals = new StopSignals();
        using var run = new ScriptRun(signals);
        return run.Import(module) ? run.Execute(line) : signals.ExitCode ?? Unavailable;
    }

    private static int Refuse(string reason, int exitCode)
    {
        Console.Error.WriteLine(reason);
        return exitCode;
    }
}
