using System.Management.Automation;
using RotateSecrets.HelpBuilder.Source;
using RotateSecrets.HelpBuilder.Tests.Pages;

namespace RotateSecrets.HelpBuilder.Tests;

public sealed class PageUpdateTests
{
    private static readonly CmdletShape Cmdlet = new(new CmdletInfo("Set-Sample", typeof(SetSampleCommand)), ["Sample"]);

    [Fact]
    public void A_new_page_has_all_that_the_cmdlet_tells_and_marks_the_rest()
    {
        var text = NewPage.Of(Cmdlet, new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero), "Set-Sample.md");
        var page = CommandPageReader.Read(SourceFile.Of("Set-Sample.md", text));

        Assert.Contains("ms.date: 01/31/2026\n", text, StringComparison.Ordinal);
        Assert.Contains(
            """
            ## SYNTAX

            ### ByName (Default)

            ```
            Set-Sample [-Name] <string[]> [-Stage <Stage>] [-Timeout <timespan>] [-Limit <int>]
             [-Level <string>] [-Force] [-WhatIf] [-Confirm] [<CommonParameters>]
            ```

            ### ById

            ```
            Set-Sample -Id <guid> [-Stage <Stage>] [-Timeout <timespan>] [-Limit <int>] [-Level <string>]
             [-WhatIf] [-Confirm] [<CommonParameters>]
            ```

            ## ALIASES

            This cmdlet has the following aliases,
              Sample

            ## DESCRIPTION
            """,
            text,
            StringComparison.Ordinal);
        Assert.Contains("### -Name\n\n{{ Fill Name Description }}\n\n```yaml\nType: System.String[]\n", text, StringComparison.Ordinal);
        Assert.Contains("### -WhatIf\n\nRuns the command in a mode", text, StringComparison.Ordinal);
        Assert.Equal(["Confirm", "Force", "Id", "Level", "Limit", "Name", "Stage", "Timeout", "WhatIf"], page.Parameters.Select(static parameter => parameter.Name), StringComparer.Ordinal);
        Assert.Equal(["Pending", "Current"], page.Parameters.Single(static parameter => parameter.Name is "Stage").Block.AcceptedValues, StringComparer.Ordinal);
        Assert.Equal(["low", "high"], page.Parameters.Single(static parameter => parameter.Name is "Level").Block.AcceptedValues, StringComparer.Ordinal);
        Assert.Equal("00:00:30", page.Parameters.Single(static parameter => parameter.Name is "Timeout").Block.DefaultValue);
        Assert.Equal("System.Nullable`1[System.Int32]", page.Parameters.Single(static parameter => parameter.Name is "Limit").Block.Type);
        Assert.Equal(["System.String[]", "System.Guid"], page.Inputs.Select(static type => type.Type).OrderDescending(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(["System.IO.FileInfo"], page.Outputs.Select(static type => type.Type), StringComparer.Ordinal);
    }

    [Fact]
    public void Every_flag_of_a_parameter_is_in_its_block() => Assert.Equal(
        """
        Type: System.String[]
        DefaultValue: as written
        SupportsWildcards: true
        Aliases:
        - N
        ParameterSets:
        - Name: ByName
          Position: 0
          IsRequired: true
          ValueFromPipeline: true
          ValueFromPipelineByPropertyName: true
          ValueFromRemainingArguments: true
        DontShow: true
        AcceptedValues: []
        HelpMessage: which
        """,
        Cmdlet.Block("Name", "as written").ToString());

    [Fact]
    public void A_page_that_agrees_is_left_alone()
    {
        var text = NewPage.Of(Cmdlet, DateTimeOffset.UnixEpoch, "Set-Sample.md");
        var update = new PageUpdate(SourceFile.Of("Set-Sample.md", text), Cmdlet);

        Assert.Empty(update.Differences);
        Assert.Equal(text, update.Text);
    }

    [Fact]
    public void What_has_changed_is_told_and_mended_and_prose_stays()
    {
        var good = NewPage.Of(Cmdlet, DateTimeOffset.UnixEpoch, "Set-Sample.md");
        var stale = good
            .Replace("{{ Fill in the Description }}", "What a person wrote: [-Force] and `Type: x`.", StringComparison.Ordinal)
            .Replace("DefaultValue: 00:00:30", "DefaultValue: half a minute", StringComparison.Ordinal)
            .Replace("[-Timeout <timespan>] ", "", StringComparison.Ordinal)
            .Replace("SupportsWildcards: true", "SupportsWildcards: false", StringComparison.Ordinal)
            .Replace("  Sample\n", "  Sampel\n", StringComparison.Ordinal);
        stale = Without(Without(stale, "### -Id\n", "### -Level\n"), "### -Level\n", "### -Limit\n")
            .Replace("### -Limit\n", "### -Last\n\nNo longer there.\n\n```yaml\nType: x\n```\n\n### -Limit\n", StringComparison.Ordinal);

        var update = new PageUpdate(SourceFile.Of("Set-Sample.md", stale), Cmdlet);

        Assert.Collection(
            update.Differences,
            static syntax => Assert.Contains(": SYNTAX\n  - Set-Sample [-Name] <string[]> [-Stage <Stage>] [-Limit <int>]", syntax, StringComparison.Ordinal),
            static aliases => Assert.EndsWith(": ALIASES\n  -   Sampel\n  +   Sample", aliases, StringComparison.Ordinal),
            static last => Assert.Contains(": -Last\n  - ### -Last", last, StringComparison.Ordinal),
            static name => Assert.EndsWith(": -Name\n  - SupportsWildcards: false\n  + SupportsWildcards: true", name, StringComparison.Ordinal),
            static id => Assert.Contains(": -Id\n  + ### -Id", id, StringComparison.Ordinal),
            static level => Assert.Contains(": -Level\n  + ### -Level", level, StringComparison.Ordinal));
        Assert.Equal(
            good
                .Replace("{{ Fill in the Description }}", "What a person wrote: [-Force] and `Type: x`.", StringComparison.Ordinal)
                .Replace("DefaultValue: 00:00:30", "DefaultValue: half a minute", StringComparison.Ordinal),
            update.Text);
    }

    private static string Without(string text, string from, string to) =>
        text[..text.IndexOf(from, StringComparison.Ordinal)] + text[text.IndexOf(to, StringComparison.Ordinal)..];
}

public enum Stage
{
    Pending,
    Current,
}

[Cmdlet(VerbsCommon.Set, "Sample", DefaultParameterSetName = "ByName", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class SetSampleCommand : PSCmdlet
{
    [Parameter(
        Mandatory = true,
        Position = 0,
        ParameterSetName = "ByName",
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
        ValueFromRemainingArguments = true,
        DontShow = true,
        HelpMessage = "which")]
    [SupportsWildcards]
    [Alias("N")]
    public string[]? Name { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "ById", ValueFromPipelineByPropertyName = true)]
    public Guid Id { get; set; }

    [Parameter]
    public Stage Stage { get; set; } = Stage.Current;

    [Parameter]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    [Parameter]
    public int? Limit { get; set; }

    [Parameter]
    [ValidateSet("low", "high")]
    public string Level { get; set; } = "low";

    [Parameter(ParameterSetName = "ByName")]
    public SwitchParameter Force { get; set; }
}
