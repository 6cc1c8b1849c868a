namespace RotateSecrets.Shell.Tests;

public sealed class StreamTests
{
    [Fact]
    public async Task The_module_is_there_by_its_name()
    {
        using var shell = ShellProcess.Start(
            """
            #requires -Modules RotateSecrets
            Import-Module RotateSecrets
            @(Get-Module RotateSecrets).Count
            (Get-Command Get-SecretStore).Source
            """);
        Assert.Equal((0, "1\nRotateSecrets\n", ""), await shell.EndAsync());
    }

    [Fact]
    public async Task Nothing_is_reported_to_the_makers_of_PowerShell()
    {
        using var shell = ShellProcess.Start("[Microsoft.PowerShell.Telemetry.ApplicationInsightsTelemetry]::CanSendTelemetry");
        Assert.Equal((0, "False\n", ""), await shell.EndAsync());
    }

    [Fact]
    public async Task Each_stream_has_its_place_and_prefix()
    {
        using var shell = ShellProcess.Start(
            """
            [CmdletBinding()] param()
            'an object'
            $PSCmdlet.WriteWarning('careful')
            $PSCmdlet.WriteVerbose('in detail')
            $PSCmdlet.WriteInformation('unseen', @())
            $PSCmdlet.WriteInformation([Management.Automation.HostInformationMessage] @{ Message = 'to the host' }, @('PSHOST'))
            $PSCmdlet.WriteProgress([Management.Automation.ProgressRecord]::new(1, 'activity', 'status'))
            $Host.UI.WriteLine('Red', 'Blue', 'coloured')
            $Host.UI.WriteErrorLine('an error line')
            'größer → kleiner'
            """,
            "-Verbose");

        var end = await shell.EndAsync();

        Assert.Equal(0, end.ExitCode);
        Assert.Equal("an object\nWARNING: careful\nVERBOSE: in detail\nto the host\ncoloured\ngrößer → kleiner\n", end.Output);
        Assert.Equal("an error line\n", end.Error);
    }

    [Theory]
    [InlineData("'before'; 1 / 0; 'after'", "before\nafter\n")]
    [InlineData("'before'; throw 'a cause'", "before\n")]
    [InlineData("'before'; $ErrorActionPreference = 'Stop'; Get-Module -Unknown", "before\n")]
    public async Task An_error_goes_to_the_error_stream_in_the_concise_view(string script, string output)
    {
        using var shell = ShellProcess.Start(script);
        var end = await shell.EndAsync();

        Assert.Equal(output, end.Output);
        Assert.Matches(@"\A\w+(-\w+)?: .*script\.ps1:1\nLine \|\n +1 \| .*\n +\| +~+\n +\| .+\n", end.Error);
        Assert.DoesNotContain('\e', end.Error);
    }

    [Fact]
    public async Task Objects_are_formatted_and_not_cut_at_80_columns()
    {
        using var shell = ShellProcess.Start("[pscustomobject] @{ Name = 'x' * 100; Last = 'seen' }; [timespan]::FromHours(25)");
        var end = await shell.EndAsync();

        Assert.Matches(@"\n *Name +Last *\n", end.Output);
        Assert.Contains(new string('x', 100) + " seen", end.Output, StringComparison.Ordinal);
        Assert.Equal("", end.Error);
    }

    [Theory]
    [InlineData("Remove-Module RotateSecrets -Confirm; 'still here'", 0)]
    [InlineData("param([Parameter(Mandatory)] $Name) 'still here'", 1)]
    [InlineData("$Host.UI.ReadLine()", 0)]
    [InlineData("$Host.UI.ReadLineAsSecureString()", 0)]
    [InlineData("$Host.UI.RawUI.ReadKey()", 0)]
    [InlineData("$ErrorActionPreference = 'Stop'; $Host.UI.ReadLine()", 1)]
    public async Task A_prompt_that_nobody_can_answer_is_an_error_and_no_hang(string script, int exitCode)
    {
        using var shell = ShellProcess.Start(script);
        // Input stays open: nothing ends it.
        var end = await shell.EndAsync();

        Assert.Equal(exitCode, end.ExitCode);
        Assert.Matches("not interactive|missing mandatory parameters: Name", end.Error);
        Assert.DoesNotContain("Confirm\n", end.Output, StringComparison.Ordinal);
    }
}
