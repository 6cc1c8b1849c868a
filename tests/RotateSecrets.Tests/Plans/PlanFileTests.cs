using RotateSecrets.Rotation.Plans;
using RotateSecrets.Tests.Hosting;

namespace RotateSecrets.Tests.Plans;

/// <summary>Plan files as PowerShell writes data: read by its parser, and never run.</summary>
public sealed class PlanFileTests : IDisposable
{
    private readonly HostedSession session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void A_plan_is_read_from_data()
    {
        Write("plan.psd1", """
            # Rotated every quarter.
            @{
                Address   = 'local:app/key'
                Strategy  = "Staged"
                Value     = @{ Format = 'Password'; Length = 40 }
                Consumers = @{ Include = 'web*', 'worker'; Waves = @(@('web-1'), @('web-2', 'web-3')) }
                Probes    = @(
                    @{ Http = 'https://proxy/healthz'; Status = 200 }
                    @{ Jwt = 'https://proxy/token' }
                )
                Grace     = 90
                UndoOnFailure = $false
            }
            """);

        var plan = session.Run("Test-RotationPlan plan.psd1 -Offline").Single<RotationPlan>();

        Assert.Equal("local:app/key", plan.Address.ToString());
        Assert.Equal("40", plan.Value.Options["Length"]);
        Assert.Equal(["web*", "worker"], plan.Consumers.Include);
        Assert.Equal([["web-1"], ["web-2", "web-3"]], plan.Consumers.Waves);
        Assert.Equal(2, plan.Probes.Count);
        Assert.Equal(TimeSpan.FromSeconds(90), plan.Grace);
        Assert.False(plan.UndoOnFailure);
    }

    [Theory]
    [InlineData("@{ Address = { Set-Content canary x } }", "plan.psd1:1:14: a script block is code, and here only data may stand.")]
    [InlineData("@{ Address = $(Set-Content canary x) }", "plan.psd1:1:14: this would have to be run")]
    [InlineData("@{ Address = (Set-Content canary x) }", "plan.psd1:1:14: this would have to be run")]
    [InlineData("@{ Address = Set-Content canary x }", "plan.psd1:1:14: this would have to be run")]
    [InlineData("@{ Address = \"local:$(Set-Content canary x)\" }", "plan.psd1:1:14: this text has something in it that has to be worked out; write it in single quotes.")]
    [InlineData("@{ Address = \"local:$env:USER\" }", "plan.psd1:1:14: this text has something in it")]
    [InlineData("@{ Address = $env:USER }", "plan.psd1:1:14: of variables only $true, $false and $null may stand here.")]
    [InlineData("@{ Address = [IO.File]::WriteAllText('canary', 'x') }", "plan.psd1:1:14: this would have to be run")]
    [InlineData("@{ Address = 'local:' + 'X' }", "plan.psd1:1:14: this would have to be run")]
    [InlineData("@{ $(Set-Content canary x) = 'a' }", "plan.psd1:1:4: a name is written as it is")]
    [InlineData("@{ Address = @(Set-Content canary x) }", "plan.psd1:1:16: this would have to be run")]
    [InlineData("@{ Address = 'local:X' } | Set-Content canary", "plan.psd1:1:1: this would have to be run")]
    [InlineData("@{ Address = 'local:X' } > canary", "plan.psd1:1:1: this would have to be run")]
    [InlineData("@{ Address = 'local:X' }; Set-Content canary x", "plan.psd1:1:1: a data file holds one set of named values")]
    [InlineData("Set-Content canary x; @{ Address = 'local:X' }", "plan.psd1:1:1: a data file holds one set of named values")]
    [InlineData("param($x = (Set-Content canary x)) @{ Address = 'local:X' }", "a data file holds one set of named values")]
    [InlineData("begin { Set-Content canary x } end { @{ Address = 'local:X' } }", "a data file holds one set of named values")]
    [InlineData("dynamicparam { Set-Content canary x } end { @{ Address = 'local:X' } }", "a data file holds one set of named values")]
    [InlineData("clean { Set-Content canary x } end { @{ Address = 'local:X' } }", "a data file holds one set of named values")]
    [InlineData("trap { Set-Content canary x } @{ Address = 'local:X' }", "a data file holds one set of named values")]
    [InlineData("using module ./canary.psm1\n@{ Address = 'local:X' }", "plan.psd1:1:")]
    [InlineData("@{ Address = if ($true) { 'local:X' } }", "plan.psd1:1:14: this would have to be run")]
    [InlineData("@{ Address = 'local:X' ", "plan.psd1:1:3: PowerShell can't parse this (MissingEndCurlyBrace).")]
    [InlineData("", "a data file holds one set of named values")]
    [InlineData("'local:X'", "plan.psd1:1:1: a plan is a set of named values, and this is a text.")]
    [InlineData("@{\n  Adress = 'local:X'\n}", "plan.psd1:2:3: a plan has no 'Adress'; did you mean 'Address'?")]
    [InlineData("@{ Address = 'local:X'; Grace = 'soon' }", "plan.psd1:1:33: 'Grace' is no duration")]
    [InlineData("@{ Address = 'local:X'; Windows = @() }", "plan.psd1:1:25: a plan has no 'Windows'")]
    public void What_is_no_data_is_refused_with_its_place_and_not_run(string text, string message)
    {
        Write("plan.psd1", text);
        Write("canary.psm1", "Set-Content canary x");

        var error = Assert.Single(session.Run("Test-RotationPlan plan.psd1 -Offline").Errors);

        Assert.StartsWith("DocumentInvalid,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(message, error.Exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(session.Folder, "canary")));
    }

    [Fact]
    public void A_text_that_is_nested_without_end_is_refused()
    {
        Write("plan.psd1", string.Concat(Enumerable.Repeat("@{ Address = ", 200)) + "1" + string.Concat(Enumerable.Repeat(" }", 200)));
        var error = Assert.Single(session.Run("Test-RotationPlan plan.psd1 -Offline").Errors);
        Assert.Contains("this is nested too deeply", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plans_that_are_derived_in_a_circle_are_refused_with_the_way_round()
    {
        Write("a.psd1", "@{ Address = 'local:A'; Derived = 'b.json' }");
        Write("b.json", """{ "Address": "local:B", "Derived": ["a.psd1"] }""");

        var error = Assert.Single(session.Run("Test-RotationPlan a.psd1 -Offline").Errors);

        Assert.Contains("local:A -> local:B -> local:A", error.Exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plan.psd1")]
    [InlineData("plan.json")]
    public void What_is_written_reads_as_it_was_given(string file)
    {
        var given = session.Run(
            "New-RotationPlan local:app/key $args[0] -Format Password -FormatOption @{ Length = 40 } -Include 'web*' -Exclude \"it's\", 'a \"b\" $c' -Http http://x/healthz -Jwt http://x/", file)
            .Single<RotationPlan>();

        var read = session.Run("Test-RotationPlan $args[0] -Offline", file).Single<RotationPlan>();

        Assert.Equal(["it's", "a \"b\" $c"], read.Consumers.Exclude);
        Assert.Equal(given.Hash, read.Hash);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(session.Folder, name), text);
}
