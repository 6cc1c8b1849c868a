using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace RotateSecrets.Benchmarks;

/// <summary>The module as the build laid it out.</summary>
internal static class BuiltModule
{
    public static string Manifest { get; } = typeof(BuiltModule).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static attribute => attribute.Key == "ModulePath").Value!;

    public static void KeepTheUsersFolderClean() =>
        Environment.SetEnvironmentVariable("ROTATESECRETS_HOME", Directory.CreateTempSubdirectory("rotatesecrets-bench-").FullName);

    public static Runspace Open()
    {
        var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        return runspace;
    }

    public static void Run(this Runspace runspace, string script, params object[] arguments)
    {
        using var shell = PowerShell.Create(runspace).AddScript(script);
        foreach (var argument in arguments)
        {
            shell.AddArgument(argument);
        }

        shell.Invoke();
        if (shell.HadErrors)
        {
            throw new InvalidOperationException(shell.Streams.Error[0].ToString());
        }
    }
}
