using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using NJsonSchema;
using RotateSecrets.Documents;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;

namespace RotateSecrets.Core.Tests.Rotation.Plans;

/// <summary>The published schema and the reader are of one mind.</summary>
public sealed class PlanSchemaTests
{
    private static readonly string Text = File.ReadAllText(typeof(PlanSchemaTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static data => data.Key == "PlanSchema").Value!);

    [Theory]
    [InlineData("""{ "Address": "local:X" }""")]
    [InlineData("""{ "$schema": "x", "Address": "vault:a/b#c", "Strategy": "SideBySide", "Value": { "Format": "Password", "Length": 40 }, "Grace": "1h", "Derived": ["a.json"], "UndoOnFailure": false }""")]
    [InlineData("""{ "Address": "local:X", "Consumers": { "Include": "a*", "Exclude": ["b"], "Waves": [["a"], "c"] }, "Probes": [{ "Http": "https://x/", "Status": 204, "Match": "ok", "MaximumLatency": 2 }, { "Jwt": "http://x/" }, { "Workload": "*" }] }""")]
    [InlineData("""{ "Address": "github:acme/proxy/KEY", "Strategy": "Overwrite", "HeldAt": "vault:secret/proxy/jwt#value", "Probes": [{ "Jwt": "http://x/" }] }""")]
    public async Task Both_take_a_good_plan(string plan)
    {
        Assert.Null(Read(plan));
        Assert.Empty((await SchemaAsync()).Validate(plan));
    }

    [Theory]
    [InlineData("""[]""")]
    [InlineData("""{ }""")]
    [InlineData("""{ "Address": 7 }""")]
    [InlineData("""{ "Address": "local:X", "Windows": [] }""")]
    [InlineData("""{ "Address": "local:X", "Strategy": "Stagd" }""")]
    [InlineData("""{ "Address": "local:X", "Value": "Hex" }""")]
    [InlineData("""{ "Address": "local:X", "Consumers": { "Exlude": [] } }""")]
    [InlineData("""{ "Address": "local:X", "Probes": [{}] }""")]
    [InlineData("""{ "Address": "local:X", "Probes": [{ "Http": "http://x/", "Jwt": "http://x/" }] }""")]
    [InlineData("""{ "Address": "local:X", "Probes": [{ "Jwt": "http://x/", "Status": 200 }] }""")]
    [InlineData("""{ "Address": "local:X", "Probes": [{ "Http": "file:///x" }] }""")]
    [InlineData("""{ "Address": "local:X", "Grace": -1 }""")]
    [InlineData("""{ "Address": "local:X", "UndoOnFailure": "no" }""")]
    public async Task Both_refuse_a_bad_one(string plan)
    {
        Assert.NotNull(Read(plan));
        Assert.NotEmpty((await SchemaAsync()).Validate(plan));
    }

    [Fact]
    public void They_know_the_same_names()
    {
        var root = JsonNode.Parse(Text)!;
        var probes = root["properties"]!["Probes"]!["items"]!["oneOf"]!.AsArray();

        Assert.Equal(KnownTo("""{ "Address": "local:X", "Nothing": 1 }""").Append("$schema").Order(StringComparer.Ordinal), Names(root).Order(StringComparer.Ordinal));
        Assert.Equal(KnownTo("""{ "Address": "local:X", "Consumers": { "Nothing": 1 } }""").Order(StringComparer.Ordinal), Names(root["properties"]!["Consumers"]!).Order(StringComparer.Ordinal));
        Assert.Equal(
            KnownTo("""{ "Address": "local:X", "Probes": [{ "Http": "http://x/", "Nothing": 1 }] }""").Order(StringComparer.Ordinal),
            probes.SelectMany(static probe => Names(probe!)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    // What the reader offers in place of a name that it doesn't know.
    private static IEnumerable<string> KnownTo(string plan)
    {
        const string before = "there are: ";
        var message = Read(plan)!.Message;
        return message[(message.IndexOf(before, StringComparison.Ordinal) + before.Length)..].TrimEnd('.').Split(", ").Where(static name => name != "$schema");
    }

    private static IEnumerable<string> Names(JsonNode schema) => schema["properties"]!.AsObject().Select(static property => property.Key);

    private static Failure? Read(string plan) =>
        JsonDocumentReader.Read(Encoding.UTF8.GetBytes(plan), "plan.json").Succeeded(out var root, out var failure) ? PlanReader.Read(root, "plan.json").Failure : failure;

    private static Task<JsonSchema> SchemaAsync() => JsonSchema.FromJsonAsync(Text, TestContext.Current.CancellationToken);
}
