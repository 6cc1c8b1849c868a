using RotateSecrets.Aws.Values;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Tests.Values;

/// <summary>Of a JSON object one field is read and written, and no other byte of it is touched.</summary>
public sealed class JsonFieldTests
{
    private static readonly SecretAddress Address = SecretAddress.Parse("aws:prod/db#f");

    [Theory]
    [InlineData("{\n  \"a\" : 1.50e3,\r\n\t\"f\": \"old\" ,\n  \"u\": \"\\u00e9\\/\"\n}\n", "{\n  \"a\" : 1.50e3,\r\n\t\"f\": \"new\" ,\n  \"u\": \"\\u00e9\\/\"\n}\n")]
    [InlineData("{\"f\":{\"f\":1},\"x\":{ \"f\" : [2] }}", "{\"f\":\"new\",\"x\":{ \"f\" : [2] }}")]
    [InlineData("{\"f\":1,\"a\":2, \"f\":null}", "{\"f\":\"new\",\"a\":2, \"f\":\"new\"}")]
    [InlineData("{\"\\u0066\": \"old\"}", "{\"\\u0066\": \"new\"}")]
    [InlineData("{\"a\": 1\n}", "{\"a\": 1,\"f\":\"new\"\n}")]
    [InlineData("{ }", "{\"f\":\"new\" }")]
    [InlineData("{\"\\ud800\":1}", "{\"\\ud800\":1,\"f\":\"new\"}")]
    [InlineData(null, "{\"f\":\"new\"}")]
    public void A_field_is_replaced_or_added_and_every_other_byte_stays(string? before, string after)
    {
        using var whole = before is null ? null : SecretValue.FromText(before);
        using var value = SecretValue.FromText("new");
        using var written = AwsFixture.Value(JsonFields.Replace(whole, "f", value, Address));
        Assert.Equal(after, written.Reveal());
    }

    [Theory]
    [InlineData("{\"f\":\"first\",\"f\":\"last\"}", "last")]
    [InlineData("{\"a\":{\"f\":1},\"f\":-0.10}", "-0.10")]
    [InlineData("{\"f\":\"\\ud83d\\ude00\\n\"}", "\U0001F600\n")]
    [InlineData("{\"f\":\"\"}", "")]
    public void A_field_is_read_as_readers_of_JSON_do(string json, string expected)
    {
        using var whole = SecretValue.FromText(json);
        using var value = AwsFixture.Value(JsonFields.Read(whole, "f", Address));
        Assert.Equal(expected, value.Reveal());
    }

    [Theory]
    [InlineData("{\"f\":\"x\"", FailureCode.ValueInvalid)]
    [InlineData("{\"f\":\"x\"} {}", FailureCode.ValueInvalid)]
    [InlineData("\"f\"", FailureCode.ValueInvalid)]
    [InlineData("", FailureCode.ValueInvalid)]
    [InlineData("{\"f\":\"\\ud800\"}", FailureCode.ValueInvalid)]
    [InlineData("{\"f\":[\"x\"]}", FailureCode.ValueInvalid)]
    [InlineData("{\"F\":\"x\"}", FailureCode.SecretNotFound)]
    public void What_holds_no_such_value_is_one_failure(string json, FailureCode code)
    {
        using var whole = SecretValue.FromText(json);
        Assert.Equal(code, JsonFields.Read(whole, "f", Address).Failure?.Code);
    }

    [Fact]
    public void An_object_is_read_however_deep_it_is()
    {
        using var whole = SecretValue.FromText("{\"a\":" + new string('[', 30_000) + new string(']', 30_000) + ",\"f\":\"x\"}");
        using var value = AwsFixture.Value(JsonFields.Read(whole, "f", Address));
        Assert.Equal("x", value.Reveal());
    }
}
