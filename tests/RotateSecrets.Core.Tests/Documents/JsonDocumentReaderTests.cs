using System.Text;
using CsCheck;
using RotateSecrets.Documents;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Core.Tests.Documents;

public sealed class JsonDocumentReaderTests
{
    [Fact]
    public void Every_piece_knows_where_it_begins_in_characters()
    {
        const string text = "// a comment\n{\n  \"ä😀\": [1, \"x\",\r\n\ttrue], /* one more */ \"b\": null,\n}\n";
        var root = Assert.IsType<MapNode>(Read(text));

        Assert.Equal(new DocumentPosition(2, 1), root.Position);
        var (first, second) = (root.Entries[0], root.Entries[1]);
        Assert.Equal(("ä😀", new DocumentPosition(3, 3)), (first.Name, first.Position));
        var list = Assert.IsType<ListNode>(first.Value);
        Assert.Equal(new DocumentPosition(3, 10), list.Position);
        Assert.Equal([(3, 11), (3, 14), (4, 2)], list.Items.Select(static item => (item.Position.Line, item.Position.Column)));
        Assert.Equal(1, Assert.IsType<NumberNode>(list.Items[0]).Number);
        Assert.Equal("x", Assert.IsType<TextNode>(list.Items[1]).Text);
        Assert.True(Assert.IsType<FlagNode>(list.Items[2]).IsTrue);
        Assert.Equal(new DocumentPosition(4, 24), second.Position);
        Assert.Equal(new DocumentPosition(4, 29), Assert.IsType<NothingNode>(second.Value).Position);
    }

    [Fact]
    public void A_byte_order_mark_is_no_character()
    {
        Assert.True(JsonDocumentReader.Read([0xEF, 0xBB, 0xBF, (byte)'['], "f").Failed(out var failure, out _));
        Assert.StartsWith("f:1:2: ", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 1, 1, "empty")]
    [InlineData("  \n ", 1, 1, "empty")]
    [InlineData("// nothing", 1, 11, "no JSON")]
    [InlineData("{", 1, 2, "no JSON")]
    [InlineData("{\n  \"a\": tru\n}", 2, 11, "no JSON")]
    [InlineData("[1 2]", 1, 4, "no JSON")]
    [InlineData("[]\n[]", 2, 1, "no JSON")]
    [InlineData("[\"äöü\", oops]", 1, 9, "no JSON")]
    [InlineData("[\n\n\"open", 3, 6, "no JSON")]
    [InlineData("[\"ok\", \"\\ud800\"]", 1, 8, "surrogate")]
    public void What_is_no_JSON_is_refused_where_it_goes_wrong(string text, int line, int column, string words)
    {
        Assert.True(JsonDocumentReader.Read(Encoding.UTF8.GetBytes(text), "f").Failed(out var failure, out _));
        Assert.Equal((FailureCode.DocumentInvalid, "f"), (failure.Code, failure.Target));
        Assert.StartsWith(FormattableString.Invariant($"f:{line}:{column}: "), failure.Message, StringComparison.Ordinal);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_UTF_8_are_refused_where_they_stand()
    {
        Assert.True(JsonDocumentReader.Read([.. "[\n \"ä"u8, 0xC3, (byte)'(', .. "\"]"u8], "f").Failed(out var failure, out _));
        Assert.StartsWith("f:2:4: this is no UTF-8 text", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_that_is_too_deep_is_refused()
    {
        Assert.True(JsonDocumentReader.Read(Encoding.UTF8.GetBytes(new string('[', 100_000)), "f").Failed(out var failure, out _));
        Assert.StartsWith("f:1:", failure.Message, StringComparison.Ordinal);
        Assert.Contains("too deep", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_stands_where_it_cannot_is_not_repeated()
    {
        Assert.True(JsonDocumentReader.Read("{ \"environment\": { \"TOKEN\": hunter2-canary } }"u8, "f").Failed(out var failure, out _));
        Assert.DoesNotContain("hunter", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_places_are_found_in_a_time_that_rises_with_the_length_alone()
    {
        // At a look from the start for each of these it would take minutes.
        var bytes = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat("\"ä\"", 300_000))}]");

        Assert.True(JsonDocumentReader.Read(bytes, "f").Succeeded(out var root, out _));
        var list = Assert.IsType<ListNode>(root);

        Assert.Equal(new DocumentPosition(1, 2 + (299_999 * 4)), list.Items[^1].Position);
    }

    [Fact]
    public void Any_bytes_give_a_document_or_one_failure_with_a_place_in_them()
    {
        Gen.Int.Sample(
            seed =>
            {
                var random = new Random(seed);
                var bytes = new byte[random.Next(200)];
                random.NextBytes(bytes);
                if (JsonDocumentReader.Read(bytes, "f").Failed(out var failure, out _))
                {
                    Assert.Matches("^f:[1-9][0-9]*:[1-9][0-9]*: ", failure.Message);
                }
            },
            iter: 20_000);
    }

    private static DocumentNode? Read(string text)
    {
        Assert.True(JsonDocumentReader.Read(Encoding.UTF8.GetBytes(text), "f").Succeeded(out var root, out var failure), failure?.ToString());
        return root;
    }
}
