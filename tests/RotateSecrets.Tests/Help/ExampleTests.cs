using RotateSecrets.Health;

namespace RotateSecrets.Tests.Help;

/// <summary>Runs every example of every page, and every block of PowerShell in a topic, as an operator would who copies it.</summary>
public sealed class ExampleTests
{
    private static readonly IReadOnlyList<HelpBlock> All = [.. HelpPage.Names.SelectMany(static name => HelpPage.Blocks(name, "powershell"))];

    public static TheoryData<string, string> Examples => [.. All.Select(static example => (example.Page, example.Heading))];

    [Theory]
    [MemberData(nameof(Examples))]
    public void It_runs_as_it_is_printed(string page, string heading)
    {
        var example = All.Single(example => example.Page == page && example.Heading == heading);
        Assert.SkipWhen(OperatingSystem.IsWindows() && ExampleStage.NeedsServices(example.Code), "Processes are started on Linux and macOS only.");
        using var stage = new ExampleStage(example.Code);

        var result = stage.Run();

        var errors = result.Errors.Select(static error => $"{error.FullyQualifiedErrorId.Split(',')[0]}: {error}");
        if (example.ErrorId is { } announced)
        {
            Assert.StartsWith($"{announced}: ", Assert.Single(errors), StringComparison.Ordinal);
        }
        else
        {
            Assert.Empty(errors);
        }

        Assert.Empty(result.Warnings);
        Assert.All(result.Output.Select(static item => item.BaseObject).OfType<HealthReport>(), static report => Assert.True(report.Passed, string.Join('\n', report.Probes)));
    }

    [Fact]
    public void Every_example_of_a_page_uses_its_cmdlet()
    {
        var strangers =
            from example in All
            where !example.Page.StartsWith("about_", StringComparison.Ordinal) && !example.Code.Contains(example.Page, StringComparison.Ordinal)
            select $"{example.Page}: {example.Heading}";
        Assert.Empty(strangers);
    }
}
