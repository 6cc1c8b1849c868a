using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace RotateSecrets.Package.Tests;

/// <summary>The built module in a folder, and runspaces to import it into.</summary>
internal static class BuiltModule
{
    public static string Manifest { get; } = typeof(BuiltModule).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static attribute => attribute.Key == "ModulePath").Value!;

    public static string Folder { get; } = Path.GetDirectoryName(Manifest)!;

#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void KeepTheUsersFolderClean() => Environment.SetEnvironmentVariable(
        "ROTATESECRETS_HOME", Path.Combine(Path.GetTempPath(), $"rotatesecrets-package-{Environment.ProcessId}"));

    public static Runspace Open()
    {
        var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        return runspace;
    }

    /// <summary>Runs a script and asserts that it wrote no error.</summary>
    public static IReadOnlyList<PSObject> Run(this Runspace runspace, string script, params object[] arguments)
    {
        using var shell = PowerShell.Create(runspace).AddScript(script);
        foreach (var argument in arguments)
        {
            shell.AddArgument(argument);
        }

        var output = shell.Invoke();
        Assert.Empty(shell.Streams.Error.Select(static error => error.ToString()));
        return output;
    }
}
