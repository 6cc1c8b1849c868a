namespace RotateSecrets.Shell.Tests;

public sealed class ExitCodeTests
{
    [Theory]
    [InlineData("'done'", 0)]
    [InlineData("exit 3", 3)]
    [InlineData("function Leave { exit 4 }; Leave; 'never'", 4)]
    [InlineData("& { exit 5 }", 5)]
    [InlineData("try { exit 6 } finally { $Host.UI.WriteLine('cleaned up') }", 6)]
    [InlineData("throw 'broken'", 1)]
    [InlineData("if (", 1)]
    [InlineData("param([int] $Count) ", 1, "-Count", "many")]
    [InlineData("param([ValidateSet('a', 'b')] $Which)", 1, "-Which", "c")]
    [InlineData("[CmdletBinding()] param()", 1, "-Unknown", "1")]
    [InlineData("#requires -Version 99", 1)]
    [InlineData("Get-Module -Unknown; 'goes on'", 0)]
    [InlineData("1 / 0; 'goes on'", 0)]
    [InlineData("$ErrorActionPreference = 'Stop'; 1 / 0; 'never'", 1)]
    public async Task It_ends_as_pwsh_would(string script, int exitCode, params string[] arguments)
    {
        using var shell = ShellProcess.Start(script, arguments);
        Assert.Equal(exitCode, (await shell.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task The_exit_code_of_a_native_program_does_not_leak()
    {
        using var shell = ShellProcess.Start("dotnet no-such-command *> $null; \"it said $($LASTEXITCODE -ne 0)\"");
        Assert.Equal((0, "it said True\n", ""), await shell.EndAsync());
    }

    [Theory]
    [InlineData("Usage: ")]
    [InlineData("There is no script ", "missing.ps1")]
    [InlineData("There is no script ", "folder.ps1")]
    [InlineData("There is no script ", "notes.txt")]
    [InlineData("Usage: ", "-NoProfile", "notes.txt")]
    public async Task Without_a_script_it_is_used_wrongly(string error, params string[] words)
    {
        using var shell = ShellProcess.StartBare([("notes.txt", "'not a script'"), ("folder.ps1/script.ps1", "'in a folder'")], words);
        var end = await shell.EndAsync();

        Assert.Equal((64, ""), (end.ExitCode, end.Output));
        Assert.StartsWith(error, end.Error, StringComparison.Ordinal);
    }
}
