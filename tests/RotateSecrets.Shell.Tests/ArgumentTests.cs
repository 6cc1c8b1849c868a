namespace RotateSecrets.Shell.Tests;

public sealed class ArgumentTests
{
    private const string Show =
        """
        param([string] $Name = 'unset', [switch] $Force, [int] $Count, [Parameter(ValueFromRemainingArguments)] [string[]] $Rest)
        "$Name|$Force|$Count|$($Rest -join ',')"
        """;

    [Theory]
    [InlineData("unset|False|0|")]
    [InlineData("one|False|0|", "one")]
    [InlineData("a b|False|0|", "-Name", "a b")]
    [InlineData("a b|False|0|", "--", "-Name", "a b")]
    [InlineData("unset|True|0|", "-Force")]
    [InlineData("unset|False|0|", "-Force:$false")]
    [InlineData("unset|True|7|", "-Force:true", "-c", "7")]
    [InlineData("-x|False|0|", "-Name:", "-x")]
    [InlineData("$(1+1)|False|0|", "-Name:$(1+1)")]
    [InlineData("'quoted'|False|0|", "-Name", "'quoted'")]
    [InlineData("|False|0|", "-Name", "")]
    [InlineData("a|False|1|b,-,c", "a", "1", "b", "-", "c")]
    public async Task Arguments_bind_as_with_pwsh(string shown, params string[] arguments)
    {
        using var shell = ShellProcess.Start(Show, arguments);
        Assert.Equal((0, shown + "\n", ""), await shell.EndAsync());
    }

    [Fact]
    public async Task Values_are_strings()
    {
        using var shell = ShellProcess.Start("$args.ForEach({ $_.GetType().Name }) -join ' '", "1", "true", "$null");
        Assert.Equal((0, "String String String\n", ""), await shell.EndAsync());
    }

    [Theory]
    [InlineData("script.ps1")]
    [InlineData("./a folder/script.ps1")]
    [InlineData("a folder/../it's [odd] $name.ps1")]
    public async Task A_script_knows_where_it_is(string path)
    {
        using var shell = ShellProcess.StartBare(
            [(path, "[IO.Path]::GetRelativePath($PWD, $PSCommandPath); $PSScriptRoot -eq [IO.Path]::GetDirectoryName($PSCommandPath); $MyInvocation.MyCommand.Name")],
            path);
        Assert.Equal((0, $"{Path.GetRelativePath(".", path)}\nTrue\n{Path.GetFileName(path)}\n", ""), await shell.EndAsync());
    }
}
