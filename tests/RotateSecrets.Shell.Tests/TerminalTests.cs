namespace RotateSecrets.Shell.Tests;

public sealed class TerminalTests
{
    private const string Work =
        """
        [CmdletBinding()] param()
        foreach ($step in 1..2) {
            $record = [Management.Automation.ProgressRecord]::new(1, "Rotating`nproxy", "step $step of 2")
            $record.PercentComplete = 50 * $step
            $record.SecondsRemaining = 90
            $PSCmdlet.WriteProgress($record)
            "output $step"
        }
        $PSCmdlet.WriteError([Management.Automation.ErrorRecord]::new([Exception]::new('a cause'), 'Id', 'NotSpecified', $null))
        """;

    [Fact]
    public async Task Progress_is_one_line_that_gives_way_to_output()
    {
        using var shell = ShellProcess.StartOnTerminal(Work);
        var end = await shell.EndAsync();

        Assert.Contains(
            "Rotating proxy [==========          ] 50% step 1 of 2, 00:01:30 left\e[0m\r\e[Koutput 1\r\n", end.Output, StringComparison.Ordinal);
        Assert.Contains("[====================] 100% step 2 of 2, 00:01:30 left\e[0m\r\e[Koutput 2\r\n", end.Output, StringComparison.Ordinal);
        Assert.Contains("\e[31;1ma cause", end.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_line_of_progress_is_cut_to_the_terminal()
    {
        using var shell = ShellProcess.StartOnTerminal(
            """
            [CmdletBinding()] param()
            $PSCmdlet.WriteProgress([Management.Automation.ProgressRecord]::new(1, 'a' * 500, 's' * 500))
            """);

        var line = (await shell.EndAsync()).Output.Split("\e[33;1m")[1].Split("\e[0m")[0];

        Assert.Equal($"{new string('a', 48)}… {new string('s', 48)}…", line);
    }

    [Fact]
    public async Task NO_COLOR_is_respected()
    {
        using var shell = ShellProcess.StartOnTerminal(Work, ("NO_COLOR", "1"));
        var end = await shell.EndAsync();

        Assert.Contains("a cause", end.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\e\[[0-9;]*m", end.Output);
    }

    [Theory]
    [InlineData("y", "left 0")]
    [InlineData("", "left 0")]
    [InlineData("no", "left 1")]
    [InlineData("?\nmaybe\nN", "left 1")]
    public async Task A_confirmation_is_asked_for_until_it_is_given(string answers, string output)
    {
        using var shell = ShellProcess.StartOnTerminal("Remove-Module RotateSecrets -Confirm; \"left $(@(Get-Module RotateSecrets).Count)\"");
        foreach (var answer in answers.Split('\n'))
        {
            await shell.WaitForAsync("[?] Help (default is \"Y\"): ");
            await shell.TypeAsync(answer + "\n");
        }

        await shell.WaitForAsync(output);
        Assert.Equal(0, (await shell.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_missing_parameter_is_asked_for_and_a_secret_does_not_show()
    {
        using var shell = ShellProcess.StartOnTerminal(
            "param([Parameter(Mandatory, HelpMessage = 'its name')] $Name, [Parameter(Mandatory)] [securestring] $Secret) \"$Name, $($Secret.Length)\"");
        foreach (var (prompt, answer) in new[] { ("Name: ", "!?\n"), ("its name\r\nName: ", "proxy\n"), ("Secret: ", "hunterr\b2\r") })
        {
            await shell.WaitForAsync(prompt);
            await shell.TypeAsync(answer);
        }

        await shell.WaitForAsync("proxy, 7");
        Assert.DoesNotContain("hunter", (await shell.EndAsync()).Output, StringComparison.Ordinal);
    }
}
