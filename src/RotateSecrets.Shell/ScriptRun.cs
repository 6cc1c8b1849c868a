using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using Microsoft.PowerShell;
using RotateSecrets.Shell.Host;

namespace RotateSecrets.Shell;

/// <summary>One runspace on the console, and what runs in it.</summary>
internal sealed class ScriptRun : IDisposable
{
    private readonly StopSignals signals;
    private readonly ShellHost host;
    private readonly Runspace runspace;

    public ScriptRun(StopSignals signals)
    {
        this.signals = signals;
        host = new ShellHost(new Terminal(signals.Stop));

        var state = InitialSessionState.CreateDefault2();
        state.ThreadOptions = PSThreadOptions.ReuseThread;
        if (OperatingSystem.IsWindows())
        {
            // Who names a script to this program wants it run; a policy guards against double clicks. For this process only.
            state.ExecutionPolicy = ExecutionPolicy.Bypass;
        }

        runspace = RunspaceFactory.CreateRunspace(host, state);
    }

    /// <summary>Imports the module, and lets scripts find it by its name. What went wrong is on the console.</summary>
    /// <param name="module">The path of the module's manifest.</param>
    public bool Import(string module)
    {
        var folder = Path.GetDirectoryName(Path.GetDirectoryName(module));
        var known = Environment.GetEnvironmentVariable("PSModulePath");
        Environment.SetEnvironmentVariable(
            "PSModulePath",
            string.IsNullOrEmpty(known) ? folder : $"{folder}{Path.PathSeparator}{known}");

        runspace.Open();
        var import = new Command("Import-Module");
        import.Parameters.Add("Name", module);
        import.Parameters.Add("ErrorAction", ActionPreference.Stop);
        return Succeeds(import);
    }

    /// <summary>Runs the script to its end.</summary>
    /// <returns>What it said with <c>exit</c>; else 0, 1 where an error ended it, or the code of the signal that did.</returns>
    public int Execute(CommandLine line)
    {
        var script = new Command(line.Script);
        foreach (var argument in line.Arguments)
        {
            script.Parameters.Add(argument);
        }

        LetExitEndTheProcess(ContextOf(runspace), true);
        return Succeeds(script)
            ? host.ExitCode ?? 0
            : signals.ExitCode ?? 1;
    }

    /// <inheritdoc/>
    public void Dispose() => runspace.Dispose();

    // Without this, a script file's `exit 3` only sets $LASTEXITCODE, as a native program that it called does; it is the switch that
    // `pwsh -File` itself turns, and it has no public form.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_ExecutionContext")]
    [return: UnsafeAccessorType("System.Management.Automation.ExecutionContext, System.Management.Automation")]
    private static extern object ContextOf(Runspace runspace);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_ScriptCommandProcessorShouldRethrowExit")]
    private static extern void LetExitEndTheProcess(
        [UnsafeAccessorType("System.Management.Automation.ExecutionContext, System.Management.Automation")] object context, bool value);

    private bool Succeeds(Command command)
    {
        using var pipeline = runspace.CreatePipeline();
        command.MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        pipeline.Commands.Add(command);
        pipeline.Commands.Add("Out-Default");
        try
        {
            using (signals.Stop.Register(pipeline.StopAsync))
            {
                pipeline.Invoke();
            }

            return pipeline.PipelineStateInfo.State is PipelineState.Completed;
        }
        catch (Exception) when (signals.ExitCode is not null)
        {
            return false;
        }
        catch (Exception e)
        {
            Report(e is IContainsErrorRecord { ErrorRecord: { } record } ? record : new ErrorRecord(e, "Shell", ErrorCategory.NotSpecified, null));
            return false;
        }
        finally
        {
            host.UI.EndProgress();
        }
    }

    private void Report(ErrorRecord record)
    {
        using var pipeline = runspace.CreatePipeline();
        pipeline.Commands.Add("Out-Default");
        pipeline.Input.Write(record);
        pipeline.Input.Close();
        host.UI.WritesErrors = true;
        pipeline.Invoke();
        host.UI.WritesErrors = false;
    }
}
