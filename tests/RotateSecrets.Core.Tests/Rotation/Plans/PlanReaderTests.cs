using System.Text;
using RotateSecrets.Documents;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;

namespace RotateSecrets.Core.Tests.Rotation.Plans;

public sealed class PlanReaderTests
{
    [Fact]
    public void A_plan_says_what_stands_in_it()
    {
        var plan = Value(Read("""
            {
              "$schema": "rotation-plan.schema.json", "address": "vault:secret/proxy/jwt#value", "Strategy": "sidebyside", "Value": { "Format": "Password", "Length": 40 },
              "Consumers": { "Include": "web*", "Exclude": ["web-old"], "Waves": [["web-1"], "web-2"] },
              "Probes": [ { "Http": "https://proxy/healthz", "Status": 204, "Match": "^ok$", "MaximumLatency": "2s" }, { "Jwt": "https://proxy/token" }, { "Workload": "proxy-*" } ],
              "Owner": "payments", "Derived": ["keys/child.json"], "Grace": "10m", "ConvergenceDeadline": 90, "ProbeDeadline": "00:00:05", "DebtLimit": "2d",
              "UndoOnFailure": false, "AllowIrreversible": true
            }
            """));

        Assert.Equal("vault:secret/proxy/jwt#value", plan.Address.ToString());
        Assert.Equal(StrategyKind.SideBySide, plan.Strategy);
        Assert.Equal(("Password", "40"), (plan.Value.Format, plan.Value.Options["length"]));
        Assert.Equal(["web*"], plan.Consumers.Include);
        Assert.Equal(2, plan.Consumers.Waves.Count);
        Assert.Equal([ProbeKind.Http, ProbeKind.Jwt, ProbeKind.Workload], plan.Probes.Select(static probe => probe.Kind));
        Assert.Equal(TimeSpan.FromSeconds(2), plan.Probes[0].MaximumLatency);
        Assert.Equal([Path.GetFullPath("keys/child.json", Path.GetFullPath("plans"))], plan.Derived);
        Assert.Equal(
            (TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(5), TimeSpan.FromDays(2)),
            (plan.Grace, plan.ConvergenceDeadline, plan.ProbeDeadline, plan.DebtLimit));
        Assert.False(plan.UndoOnFailure);
        Assert.True(plan.AllowIrreversible);
    }

    [Theory]
    [InlineData("""[1]""", "1:1: a plan is a set of named values, and this is a list.")]
    [InlineData("""{ }""", "1:1: a plan needs 'Address': a text.")]
    [InlineData("""{ "Adress": "local:X" }""", "1:3: a plan has no 'Adress'; did you mean 'Address'?")]
    [InlineData("""{ "Address": "local:X", "Windows": [] }""", "1:25: a plan has no 'Windows'; there are: ")]
    [InlineData("""{ "Address": "local:X", "Notify": "x" }""", "1:25: a plan has no 'Notify'; there are: ")]
    [InlineData("""{ "Address": "no address" }""", "write store:path or store:path#field.")]
    [InlineData("""{ "Address": 7 }""", "1:14: 'Address' is a number; write a text.")]
    [InlineData("""{ "Address": "local:X", "Strategy": "Stagd" }""", "1:37: 'Stagd' is no Strategy; did you mean 'Staged'?")]
    [InlineData("""{ "Address": "local:X", "Strategy": 1 }""", "1:37: 'Strategy' is a number; write a text.")]
    [InlineData("""{ "Address": "local:X", "Value": "Hex" }""", "1:34: 'Value' is a text; write a set of named texts.")]
    [InlineData("""{ "Address": "local:X", "Consumers": [] }""", "1:38: 'Consumers' is a list; write a set of named values.")]
    [InlineData("""{ "Address": "local:X", "Consumers": { "Exlude": [] } }""", "1:40: Consumers has no 'Exlude'; did you mean 'Exclude'?")]
    [InlineData("""{ "Address": "local:X", "Consumers": { "Waves": [[1]] } }""", "1:50: this is a list; 'Waves' holds lists of texts.")]
    [InlineData("""{ "Address": "local:X", "Probes": { "Http": "http://x/" } }""", "1:35: 'Probes' is a set of named values; write a list")]
    [InlineData("""{ "Address": "local:X", "Probes": [{}] }""", "1:36: a probe has either 'Http' or 'Jwt', with the page that is asked, or 'Workload', with a pattern of consumers.")]
    [InlineData("""{ "Address": "local:X", "Probes": [{ "Http": "http://x/", "Jwt": "http://x/" }] }""", "1:36: a probe has either 'Http' or 'Jwt'")]
    [InlineData("""{ "Address": "local:X", "Probes": [{ "Http": "file:///etc/passwd" }] }""", "1:46: this is no page; write an http or https address")]
    [InlineData("""{ "Address": "local:X", "Probes": [{ "Http": "https://user:secret@x/" }] }""", "1:46: this is no page; write an http or https address without credentials")]
    [InlineData("""{ "Address": "local:X", "Probes": [{ "Http": "http://x/", "Match": "(" }] }""", "this is no regular expression.")]
    [InlineData("""{ "Address": "local:X", "Probes": [{ "Http": "http://x/", "Status": 99 }] }""", "'Status' must be a whole number from 100 to 599.")]
    [InlineData("""{ "Address": "local:X", "Probes": [{ "Workload": "" }] }""", "'Workload' is empty")]
    [InlineData("""{ "Address": "local:X", "Probes": [{ "Workload": "*", "Match": "ok" }] }""", "'Match' belongs to an Http probe, not to a Workload probe.")]
    [InlineData("""{ "Address": "local:X", "Probes": [{ "Jwt": "http://x/", "Status": 200 }] }""", "'Status' belongs to an Http probe, not to a Jwt probe.")]
    [InlineData("""{ "Address": "local:X", "Strategy": "Staged", "HeldAt": "vault:a/b" }""", "1:57: 'HeldAt' belongs to the strategy Overwrite; the others need no copy.")]
    [InlineData("""{ "Address": "local:X", "Strategy": "Overwrite", "HeldAt": "here" }""", "write store:path or store:path#field.")]
    [InlineData("""{ "Address": "local:X", "Grace": "soon" }""", "1:34: 'Grace' is no duration; write a number of seconds")]
    [InlineData("""{ "Address": "local:X", "Grace": -1 }""", "1:34: 'Grace' is no duration")]
    [InlineData("""{ "Address": "local:X", "ProbeDeadline": "60d" }""", "1:42: a probe takes more than no time, and at most a day.")]
    [InlineData("""{ "Address": "local:X", "ProbeDeadline": 0 }""", "1:42: a probe takes more than no time, and at most a day.")]
    [InlineData("""{ "Address": "local:X", "UndoOnFailure": "no" }""", "1:42: 'UndoOnFailure' is a text; write true or false.")]
    [InlineData("""{ "Address": "local:X", "Derived": [{}] }""", "1:37: this is a set of named values; 'Derived' holds a text each.")]
    public void What_cannot_be_carried_out_is_refused_with_its_place_and_never_ignored(string text, string message)
    {
        var failure = Read(text).Failure;

        Assert.Equal(FailureCode.DocumentInvalid, failure?.Code);
        Assert.Contains(message, failure?.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("user:secret", failure?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once_in_its_order()
    {
        var lines = Read("{\n  \"Owner\": 1,\n  \"Adress\": \"local:X\",\n  \"Grace\": \"soon\"\n}").Failure!.Message.Split(Environment.NewLine);

        Assert.Collection(
            lines,
            static line => Assert.Contains(":1:1: ", line, StringComparison.Ordinal),
            static line => Assert.Contains(":2:12: ", line, StringComparison.Ordinal),
            static line => Assert.Contains(":3:3: ", line, StringComparison.Ordinal),
            static line => Assert.Contains(":4:12: ", line, StringComparison.Ordinal));
    }

    private static Outcome<RotationPlan> Read(string text)
    {
        var path = Path.Combine("plans", "p.json");
        return JsonDocumentReader.Read(Encoding.UTF8.GetBytes(text), path).Succeeded(out var root, out var failure) ? PlanReader.Read(root, path) : failure;
    }

    private static RotationPlan Value(Outcome<RotationPlan> outcome)
    {
        Assert.True(outcome.Succeeded(out var value, out var failure), failure?.ToString());
        return value!;
    }
}
