namespace RotateSecrets.Shell.Tests;

public sealed class StopTests
{
    private const string Loop = "try { $Host.UI.WriteLine('ready'); while ($true) { } } finally { $Host.UI.WriteLine('cleaned up') }";
    private const string Stubborn = "try { $Host.UI.WriteLine('ready'); while ($true) { } } finally { $Host.UI.WriteLine('cleaning'); while ($true) { } }";

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_stops_the_script_which_cleans_up(string signal, int exitCode)
    {
        using var shell = ShellProcess.Start(Loop);
        await shell.WaitForAsync("ready\n");
        await shell.SignalAsync(signal);

        Assert.Equal((exitCode, "ready\ncleaned up\n", ""), await shell.EndAsync());
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_second_signal_ends_the_process_at_once(string signal, int exitCode)
    {
        using var shell = ShellProcess.Start(Stubborn);
        await shell.WaitForAsync("ready\n");
        await shell.SignalAsync("INT");
        await shell.WaitForAsync("cleaning\n");
        await shell.SignalAsync(signal);

        Assert.Equal((exitCode, "ready\ncleaning\n", ""), await shell.EndAsync());
    }

    [Theory]
    [InlineData("$Host.UI.WriteLine('ready'); while ($true) { }")]
    [InlineData("$Host.UI.WriteLine('ready'); $Host.UI.ReadLine(); 'never'")]
    [InlineData("/bin/sh -c 'echo ready; exec sleep 3600'; 'never'")]
    public async Task Ctrl_C_stops_what_the_script_waits_for(string script)
    {
        using var shell = ShellProcess.StartOnTerminal(script);
        await shell.WaitForAsync("ready\r\n");
        await shell.TypeAsync("\x03");
        var end = await shell.EndAsync();

        Assert.Equal(130, end.ExitCode);
        Assert.DoesNotContain("never", end.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", end.Output, StringComparison.Ordinal);
    }
}
