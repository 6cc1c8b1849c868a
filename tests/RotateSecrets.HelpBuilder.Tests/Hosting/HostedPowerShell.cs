using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using RotateSecrets.HelpBuilder.Tests.Hosting;

[assembly: AssemblyFixture(typeof(HostedPowerShell))]

namespace RotateSecrets.HelpBuilder.Tests.Hosting;

/// <summary>A PowerShell that has imported the built module, and a module whose help is made from sample pages.</summary>
public sealed class HostedPowerShell : IDisposable
{
    private readonly Lock gate = new();
    private readonly CapturingHost host = new();
    private readonly Runspace runspace;
    private readonly DirectoryInfo samples = Directory.CreateTempSubdirectory("help ");

    public HostedPowerShell()
    {
        var module = samples.CreateSubdirectory("Sample");
        var build = Builder.Run(Sample.Pages, Path.Combine(module.FullName, "en-US"));
        Assert.True(build.Error is "", build.Error);
        File.WriteAllText(Path.Combine(module.FullName, "Sample.psm1"), Sample.Module);

        PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
        Environment.SetEnvironmentVariable(
            "PSModulePath",
            string.Join(Path.PathSeparator, Path.GetDirectoryName(Repository.ModuleFolder.TrimEnd('/', '\\')), samples.FullName));
        runspace = RunspaceFactory.CreateRunspace(host, InitialSessionState.CreateDefault2());
        runspace.Open();
        Invoke("$ErrorActionPreference = 'Stop'; Import-Module RotateSecrets, Sample");
    }

    /// <summary>The built module.</summary>
    internal PSModuleInfo Module => (PSModuleInfo)Invoke("Get-Module RotateSecrets").Single().BaseObject;

    /// <summary>What a user sees, without the blanks at the ends of lines.</summary>
    internal string Show(string command)
    {
        lock (gate)
        {
            host.UI.Written.Clear();
            Invoke($"{command} | Out-Default");
            return string.Join('\n', host.UI.Written.ToString().ReplaceLineEndings("\n").Split('\n').Select(static line => line.TrimEnd()));
        }
    }

    public void Dispose()
    {
        runspace.Dispose();
        samples.Delete(recursive: true);
    }

    private Collection<PSObject> Invoke(string script)
    {
        lock (gate)
        {
            using var shell = PowerShell.Create(runspace);
            return shell.AddScript(script).Invoke();
        }
    }
}
