using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Examples.Tests.Hosting;

/// <summary>One of the built programs, running.</summary>
internal sealed partial class ExampleProgram : IAsyncDisposable
{
    private const int Terminate = 15;

    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> error;

    private ExampleProgram(Process process)
    {
        this.process = process;
        output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        error = process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    public bool HasExited => process.HasExited;

    /// <param name="name">The name of the program.</param>
    /// <param name="environment">What is set for it beyond what it inherits; null unsets.</param>
    /// <param name="arguments">Its arguments.</param>
    public static ExampleProgram Start(string name, IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(PathOf(name) + (OperatingSystem.IsWindows() ? ".exe" : ""), arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        return new ExampleProgram(Process.Start(start)!);
    }

    /// <summary>Where the build has put something.</summary>
    public static string PathOf(string name) => typeof(ExampleProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == name).Value!;

    /// <summary>Asks it to stop, by SIGTERM.</summary>
    public void AskToStop()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM");
        Assert.Equal(0, Signal(process.Id, Terminate));
    }

    /// <summary>Ends it at once: it can do nothing more.</summary>
    public void Kill() => process.Kill();

    /// <summary>Waits until it has ended.</summary>
    public async Task<ProgramExit> ExitAsync(TimeSpan? deadline = null)
    {
        await process.WaitForExitAsync(CancellationToken.None).WaitAsync(deadline ?? Wait.Deadline, TestContext.Current.CancellationToken);
        return new ProgramExit(process.ExitCode, await output, await error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Signal(int process, int signal);
}

/// <summary>What a program left behind.</summary>
internal sealed record ProgramExit(int Code, string Output, string Error);
