using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace RotateSecrets.Tests.Hosting;

/// <summary>A runspace with the module imported, a folder of its own to stand in, and every stream recorded.</summary>
internal sealed class HostedSession : IDisposable
{
    private readonly Runspace runspace;

    public HostedSession(RecordingHost? host = null)
    {
        Folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
        Host = host ?? new RecordingHost();
        var state = InitialSessionState.CreateDefault2();
        state.ImportPSModule([BuiltModule.Manifest]);
        runspace = RunspaceFactory.CreateRunspace(Host, state);
        runspace.Open();
        Run("Set-StrictMode -Version 3; $null = $ExecutionContext.SessionState.Path.SetLocation($args[0])", Folder).Clean();
    }

    public string Folder { get; }

    public RecordingHost Host { get; }

    /// <summary>A pipeline to be run by hand.</summary>
    public PowerShell Pipeline(string script, params object?[] arguments)
    {
        var shell = PowerShell.Create(runspace).AddScript(script);
        foreach (var argument in arguments)
        {
            shell.AddArgument(argument);
        }

        return shell;
    }

    public RunResult Run(string script, params object?[] arguments)
    {
        using var shell = Pipeline(script, arguments);
        ErrorRecord? terminating = null;
        var output = new List<PSObject>();
        try
        {
            shell.Invoke(null, output);
        }
        catch (RuntimeException e)
        {
            terminating = e.ErrorRecord;
        }

        return new RunResult(
            output,
            [.. shell.Streams.Error, .. terminating is null ? Array.Empty<ErrorRecord>() : [terminating]],
            [.. shell.Streams.Warning.Select(static record => record.Message)],
            [.. shell.Streams.Verbose.Select(static record => record.Message)],
            [.. shell.Streams.Progress]);
    }

    /// <summary>What a person would see: the output as the host's console shows it.</summary>
    public string Render(string script, params object?[] arguments)
    {
        Host.Clear();
        using var shell = Pipeline(script, arguments);
        shell.AddCommand("Out-Default");
        shell.Commands.Commands[^1].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.Invoke();
        return Host.Text;
    }

    public void Dispose()
    {
        runspace.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>What a script came to.</summary>
internal sealed record RunResult(
    IReadOnlyList<PSObject> Output,
    IReadOnlyList<ErrorRecord> Errors,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Verbose,
    IReadOnlyList<ProgressRecord> Progress)
{
    /// <summary>Asserts that there was no error.</summary>
    public RunResult Clean()
    {
        Assert.Empty(Errors.Select(static error => $"{error.FullyQualifiedErrorId}: {error}"));
        return this;
    }

    /// <summary>The one output, typed.</summary>
    public T Single<T>() => (T)Assert.Single(Clean().Output).BaseObject;

    /// <summary>All output, typed.</summary>
    public IReadOnlyList<T> All<T>() => [.. Clean().Output.Select(static item => (T)item.BaseObject)];

    /// <summary>Asserts that there was one error, of this id.</summary>
    public ErrorRecord Error(string id)
    {
        var error = Assert.Single(Errors);
        Assert.Equal(id, error.FullyQualifiedErrorId.Split(',')[0]);
        return error;
    }
}
