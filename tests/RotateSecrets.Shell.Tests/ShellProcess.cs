using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace RotateSecrets.Shell.Tests;

/// <summary>The built shell, in a temporary folder of its own whose path has a space.</summary>
internal sealed class ShellProcess : IDisposable
{
    private const string Script = "script.ps1";

    private static readonly string Shell = typeof(ShellProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static data => string.Equals(data.Key, "ShellPath", StringComparison.Ordinal)).Value!;

    // A background job of a script ignores SIGINT, and so would all that it starts.
    private static readonly string[] Signals = OperatingSystem.IsLinux() ? ["--default-signal=INT"] : [];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("shell tests ");
    private readonly StringBuilder output = new();
    private readonly CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Process process;
    private readonly Task<string> error;

    private ShellProcess(ProcessStartInfo start, IEnumerable<(string Path, string Text)> files)
    {
        foreach (var (path, text) in files)
        {
            var file = Path.Combine(folder.FullName, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }

        deadline.CancelAfter(TimeSpan.FromMinutes(2));
        start.WorkingDirectory = folder.FullName;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardOutputEncoding = start.StandardErrorEncoding = Encoding.UTF8;
        process = Process.Start(start)!;
        error = process.StandardError.ReadToEndAsync(deadline.Token);
    }

    /// <summary>Starts <c>dotnet RotateSecrets.Shell.dll script.ps1 arguments</c>, with nothing on a terminal.</summary>
    public static ShellProcess Start(string script, params string[] arguments) =>
        StartBare([(Script, script)], [Script, .. arguments]);

    /// <summary>Starts the shell with these words, in a folder with these files.</summary>
    public static ShellProcess StartBare(IEnumerable<(string Path, string Text)> files, params string[] words) =>
        new(new ProcessStartInfo("env", [.. Signals, "dotnet", Shell, .. words]), files);

    /// <summary>Starts a script on a terminal of 100 columns, made by <c>script</c>.</summary>
    public static ShellProcess StartOnTerminal(string script, params (string Name, string Value)[] environment)
    {
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(static path => File.Exists(Path.Combine(path, "script"))),
            "There is no 'script' here to make a terminal with: install bsdutils or util-linux.");
        var start = new ProcessStartInfo("env", [.. Signals, "script", "-qec", $"stty cols 100 rows 30; exec dotnet '{Shell}' {Script}", "/dev/null"]);
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new(start, [(Script, script)]);
    }

    /// <summary>Reads the output until this has come.</summary>
    public async Task WaitForAsync(string text)
    {
        var character = new char[1];
        while (!output.ToString().EndsWith(text, StringComparison.Ordinal))
        {
            Assert.True(
                await process.StandardOutput.ReadAsync(character, deadline.Token) > 0,
                $"It ended before it wrote '{text}'. It wrote: {output}");
            output.Append(character);
        }
    }

    /// <summary>Types keys.</summary>
    public async Task TypeAsync(string keys)
    {
        await process.StandardInput.WriteAsync(keys);
        await process.StandardInput.FlushAsync(deadline.Token);
    }

    /// <summary>Sends it a signal.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(deadline.Token);
    }

    /// <summary>Waits for its end.</summary>
    public async Task<(int ExitCode, string Output, string Error)> EndAsync()
    {
        output.Append(await process.StandardOutput.ReadToEndAsync(deadline.Token));
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, output.ToString(), await error);
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
        deadline.Dispose();
        folder.Delete(recursive: true);
    }
}
