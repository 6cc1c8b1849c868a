using System.Management.Automation;
using RotateSecrets.HelpBuilder.Source;
using RotateSecrets.HelpBuilder.Tests.Hosting;
using RotateSecrets.HelpBuilder.Tests.Pages;

namespace RotateSecrets.HelpBuilder.Tests;

/// <summary>Holds the pages to the cmdlets. With ROTATESECRETS_UPDATE_HELP=1 it mends what a machine can mend.</summary>
public sealed class PageTests(HostedPowerShell shell)
{
    [Fact]
    public void Every_page_says_of_its_cmdlet_what_the_cmdlet_says_of_itself()
    {
        var isUpdating = Environment.GetEnvironmentVariable("ROTATESECRETS_UPDATE_HELP") is "1";
        var module = shell.Module;
        var differences = new List<string>();
        foreach (var cmdlet in module.ExportedCmdlets.Values.Select(cmdlet => Shape(module, cmdlet)))
        {
            var path = Path.Combine(Repository.PageFolder, cmdlet.Name + ".md");
            if (!File.Exists(path))
            {
                differences.Add($"{path}(1): {cmdlet.Name} has no page");
                Write(path, NewPage.Of(cmdlet, TimeProvider.System.GetLocalNow(), path));
                continue;
            }

            var update = new PageUpdate(SourceFile.Read(path), cmdlet);
            differences.AddRange(update.Differences);
            Write(path, update.Text);
        }

        var report = string.Join("\n\n", differences);
        if (isUpdating)
        {
            TestContext.Current.TestOutputHelper!.WriteLine(report);
            return;
        }

        Assert.True(differences.Count is 0, $"Mend it with: ROTATESECRETS_UPDATE_HELP=1 dotnet test --project tests/RotateSecrets.HelpBuilder.Tests\n\n{report}");

        void Write(string path, string text)
        {
            if (isUpdating)
            {
                File.WriteAllText(path, text);
            }
        }
    }

    [Fact]
    public void Every_page_is_of_a_cmdlet_that_there_is() => AssertNone(
        from path in Directory.EnumerateFiles(Repository.PageFolder, "*-*.md")
        let name = Path.GetFileNameWithoutExtension(path)
        where !shell.Module.ExportedCmdlets.ContainsKey(name)
        select $"{path}(1): there is no cmdlet {name}");

    [Fact]
    public void Nothing_is_left_to_fill_in() => AssertNone(
        from path in Directory.EnumerateFiles(Repository.PageFolder, "*.md")
        from line in File.ReadLines(path).Select(static (text, index) => (Text: text, Number: index + 1))
        where line.Text.Contains("{{ Fill", StringComparison.Ordinal)
        select $"{path}({line.Number}): {line.Text}");

    private static void AssertNone(IEnumerable<string> findings)
    {
        var report = string.Join('\n', findings);
        Assert.True(report is "", report);
    }

    private static CmdletShape Shape(PSModuleInfo module, CmdletInfo cmdlet) => new(
        cmdlet,
        [
            .. module.ExportedAliases.Values
                .Where(alias => string.Equals(alias.Definition, cmdlet.Name, StringComparison.OrdinalIgnoreCase))
                .Select(static alias => alias.Name)
                .Order(StringComparer.OrdinalIgnoreCase),
        ]);
}
