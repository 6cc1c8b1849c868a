using System.Globalization;
using RotateSecrets.HelpBuilder.Output;
using RotateSecrets.HelpBuilder.Source;
using RotateSecrets.HelpBuilder.Tests.Hosting;

namespace RotateSecrets.HelpBuilder.Tests;

public sealed class BuilderTests : IDisposable
{
    private readonly DirectoryInfo output = Directory.CreateTempSubdirectory("help output ");

    [Theory]
    [InlineData("# Set-Sample", "# Set-Other", "# Set-Other", "The title 'Set-Other' is not the file's name 'Set-Sample'.")]
    [InlineData("# Set-Sample\n", "", 1, "There is no title: # Set-Sample")]
    [InlineData("## NOTES", "# Notes", "# Notes", "There is a second title.")]
    [InlineData("# Set-Sample\n", "stray\n\n# Set-Sample\n", "stray", "This comes before the title.")]
    [InlineData("## NOTES", "## REMARKS", "## REMARKS", "The section 'NOTES' has to be here, and not 'REMARKS'.")]
    [InlineData("## ALIASES\n", "", "## DESCRIPTION", "The section 'ALIASES' has to be here, and not 'DESCRIPTION'.")]
    [InlineData("## RELATED LINKS", "## RELATED LINKS\n\n## MORE\n", "## MORE", "No section 'MORE' belongs here.")]
    [InlineData("Sets a `sample` & **more**.\n", "", "## SYNOPSIS", "'SYNOPSIS' says nothing.")]
    [InlineData("Sets a `sample` & **more**.\n", "One.\n\nTwo.\n", "## SYNOPSIS", "The synopsis is one paragraph.")]
    [InlineData("Sets a `sample`", "Sets <b>a</b>", "Sets <b>a</b> & **more**.", "Help is plain text")]
    [InlineData("1. one", "> quoted", "> quoted", "Help is plain text")]
    [InlineData("1. one", "#### Deep", "#### Deep", "No heading of this level belongs here.")]
    [InlineData("title: Set-Sample\n", "", 1, "The front matter lacks 'title'.")]
    [InlineData("Locale: en-US", "Locale: de-DE", "Locale: de-DE", "The front matter's 'Locale' has to be 'en-US', and not 'de-DE'.")]
    [InlineData("Locale: en-US", "Locale: 'en-US", "Locale: 'en-US", "The front matter can't be read: ")]
    [InlineData("### ByName (Default)", "### ByName\n\nstray", "### ByName", "'ByName' has to have one fenced block")]
    [InlineData("-Id <int>", "-Number <int>", "Set-Sample -Number <int> [[-Stage] <Stage>] [<CommonParameters>]", "The syntax has -Number, which PARAMETERS doesn't describe.")]
    [InlineData("- Name: ById", "- Name: ByIt", "Set-Sample -Id <int> [[-Stage] <Stage>] [<CommonParameters>]", "whose yaml block doesn't list the parameter set 'ById'.")]
    [InlineData("### Example 2: Set", "### Example 3: Set", "### Example 3: Set another", "The heading of this example has to begin with 'Example 2: '.")]
    [InlineData("```powershell\nSet-Sample b", "```sh\nSet-Sample b", "### Example 2: Set another", "has to have a fenced block of powershell.")]
    [InlineData("### -Force", "### Force", "### Force", "The heading of a parameter begins with a dash")]
    [InlineData("### -Force", "### -Name", "### -Name", "'-Name' is described twice.")]
    [InlineData("Sets it all the same.\n", "", "### -Force", "'-Force' has to have a description, and then a yaml block.")]
    [InlineData("DefaultValue: Pending\n", "", 168, "The yaml block can't be read: ")]
    [InlineData("DefaultValue: Pending", "DefaultValu: Pending", "DefaultValu: Pending", "The yaml block can't be read: ")]
    [InlineData("DefaultValue: Pending", "Type: Pending", "Type: Pending", "The yaml block can't be read: ")]
    [InlineData("Aliases: []", "Aliases:", 89, "The yaml block can't be read: ")]
    [InlineData("ParameterSets:\n- Name: (All)\n  Position: 1\n  IsRequired: false\n  ValueFromPipeline: false\n  ValueFromPipelineByPropertyName: false\n  ValueFromRemainingArguments: false", "ParameterSets: []", 153, "The yaml block lists no parameter set.")]
    [InlineData("SupportsWildcards: true", "SupportsWildcards: maybe", "SupportsWildcards: maybe", "The yaml block can't be read: ")]
    [InlineData("### CommonParameters\n", "", 174, "The section 'CommonParameters' is missing at the end.")]
    [InlineData("- [Get-Sample](Get-Sample.md)", "- Get-Sample", "- Get-Sample", "A related link is written - [text](address), and nothing else.")]
    [InlineData("- [Get-Sample](Get-Sample.md)\n- [The", "[The", "[The standard](https://example.org/standard)", "Related links are a list.")]
    public void A_malformed_page_is_one_error_that_names_file_and_line(string text, string replacement, object line, string message) =>
        Refuses("Set-Sample.md", Sample.Command, text, replacement, line, message);

    [Theory]
    [InlineData("## Short description", "## Brief", "## Brief", "The section 'Short description' has to be here, and not 'Brief'.")]
    [InlineData("Explains samples.", "It takes far more than a single line of eighty columns to explain what a sample is.", "## Short description", "at most 76 characters")]
    [InlineData("It has its own heading.", "#### Deep", "#### Deep", "Headings go no deeper than three levels.")]
    [InlineData("It has its own heading.", "![an image](image.png)", "![an image](image.png)", "Help is plain text")]
    public void A_malformed_topic_is_one_error_that_names_file_and_line(string text, string replacement, object line, string message) =>
        Refuses("about_Sample.md", Sample.Topic, text, replacement, line, message);

    [Fact]
    public void Whatever_line_is_missing_or_doubled_there_is_help_or_one_error()
    {
        foreach (var (name, page) in Sample.Pages)
        {
            var lines = page.Split('\n');
            foreach (var index in Enumerable.Range(0, lines.Length))
            {
                IsHelpOrOneError(name, [.. lines[..index], .. lines[(index + 1)..]]);
                IsHelpOrOneError(name, [.. lines[..index], lines[index], .. lines[index..]]);
                IsHelpOrOneError(name, lines[..index]);
            }
        }

        static void IsHelpOrOneError(string name, string[] lines)
        {
            try
            {
                var file = SourceFile.Of(name, string.Join('\n', lines));
                Assert.NotNull(name.StartsWith("about_", StringComparison.Ordinal) ? AboutText.Of(file) : MamlDocument.Of([CommandPageReader.Read(file)]));
            }
            catch (SourceException e)
            {
                Assert.Matches(@"\A[\w-]+\.md\([1-9]\d*\): error: .+\z", e.Message);
            }
        }
    }

    [Fact]
    public void No_pages_make_an_empty_help_file()
    {
        Assert.Equal((0, ""), Builder.Run(new Dictionary<string, string>(StringComparer.Ordinal), output.FullName));
        Assert.Equal((0, ""), Builder.Run(Path.Combine(output.FullName, "missing"), output.FullName));
        Assert.Contains("<helpItems schema=\"maml\"", File.ReadAllText(Assert.Single(output.GetFiles()).FullName), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_removed_page_made_is_removed()
    {
        Builder.Run(Sample.Pages, output.FullName);
        Assert.Equal(["RotateSecrets.dll-Help.xml", "about_Sample.help.txt"], Made(), StringComparer.Ordinal);

        Builder.Run(new Dictionary<string, string>(StringComparer.Ordinal), output.FullName);
        Assert.Equal(["RotateSecrets.dll-Help.xml"], Made(), StringComparer.Ordinal);
    }

    [Fact]
    public void It_says_how_it_is_used() => Assert.Equal((64, "Usage: RotateSecrets.HelpBuilder <source folder> <output folder>" + Environment.NewLine), Builder.Run("one"));

    public void Dispose() => output.Delete(recursive: true);

    private IEnumerable<string> Made() => output.EnumerateFiles().Select(static file => file.Name).Order(StringComparer.Ordinal);

    private void Refuses(string name, string page, string text, string replacement, object line, string message)
    {
        var at = page.IndexOf(text, StringComparison.Ordinal);
        var malformed = page[..at] + replacement + page[(at + text.Length)..];
        var number = line as int? ?? Array.LastIndexOf(malformed.Split('\n'), (string)line) + 1;

        var (exitCode, error) = Builder.Run(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = malformed }, output.FullName);

        Assert.Equal(1, exitCode);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{name}({number}): error: "), error, StringComparison.Ordinal);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.Empty(output.EnumerateFiles());
    }
}
