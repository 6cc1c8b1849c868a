using System.Text;
using RotateSecrets.Documents;
using RotateSecrets.Secrets;

namespace RotateSecrets.Core.Tests.Documents;

public sealed class MapReaderTests
{
    [Fact]
    public void Values_are_taken_by_name_and_type()
    {
        var (map, errors) = Reader(
            """{ "Text": "x", "whole": 3, "wholes": [1, 2], "flag": true, "texts": ["a", "b"], "single": "a", "stage": "pending", "pairs": { "a": 1, "A": "x" }, "wait": "90s" }""",
            "text", "whole", "wholes", "flag", "texts", "single", "stage", "pairs", "wait");

        Assert.Equal("x", map.Text("text", required: true));
        Assert.Equal(3, map.Whole("whole", 1, 3));
        Assert.Equal([1, 2], map.Wholes("wholes", 1, 2));
        Assert.True(map.Flag("flag"));
        Assert.Equal(["a", "b"], map.Texts("texts"));
        Assert.Equal(["a"], map.Texts("single"));
        Assert.Equal(SecretStage.Pending, map.Choice<SecretStage>("stage"));
        Assert.Equal(new Dictionary<string, string> { ["a"] = "1", ["A"] = "x" }, map.Pairs("pairs", StringComparer.Ordinal));
        Assert.Equal(TimeSpan.FromSeconds(90), map.Duration("wait"));
        Assert.Null(map.Text("missing"));
        Assert.False(errors.Any);
    }

    [Theory]
    [InlineData("""{ "txet": "x" }""", "f:1:3: a thing has no 'txet'; did you mean 'text'?")]
    [InlineData("""{ "nothing alike": 1 }""", "f:1:3: a thing has no 'nothing alike'; there are: text, whole, wholes, flag, texts, stage, pairs, wait.")]
    [InlineData("""{ "flag": true, "Flag": true }""", "f:1:17: 'Flag' stands twice in a thing; keep one of them.")]
    [InlineData("""{ "text": 1 }""", "f:1:11: 'text' is a number; write a text.")]
    [InlineData("""{ "text": "" }""", "f:1:11: 'text' is empty; write something, or leave it out.")]
    [InlineData("""{ "text": "a\u0000b" }""", "f:1:11: 'text' holds a zero character; take it out.")]
    [InlineData("""{ "whole": 4 }""", "f:1:12: 'whole' must be a whole number from 1 to 3.")]
    [InlineData("""{ "whole": 1.5 }""", "f:1:12: 'whole' must be a whole number from 1 to 3.")]
    [InlineData("""{ "whole": 1e999 }""", "f:1:12: 'whole' must be a whole number from 1 to 3.")]
    [InlineData("""{ "whole": -99999999999999999999999999 }""", "f:1:12: 'whole' must be a whole number from 1 to 3.")]
    [InlineData("""{ "whole": "1" }""", "f:1:12: 'whole' is a text; write a whole number.")]
    [InlineData("""{ "wholes": [1, "2"] }""", "f:1:17: this is a text; 'wholes' holds a whole number each.")]
    [InlineData("""{ "flag": null }""", "f:1:11: 'flag' is nothing; write true or false.")]
    [InlineData("""{ "texts": ["a", ["b"]] }""", "f:1:18: this is a list; 'texts' holds a text each.")]
    [InlineData("""{ "stage": "Curent" }""", "f:1:12: 'Curent' is no stage; did you mean 'Current'?")]
    [InlineData("""{ "pairs": { "a": [] } }""", "f:1:19: 'a' is a list; write a text.")]
    [InlineData("""{ "pairs": { "a": "x", "A": "y" } }""", "f:1:24: 'A' stands twice; keep one of them.")]
    [InlineData("""{ "wait": "soon" }""", "f:1:11: 'wait' is no duration; write a number of seconds, or a text such as 90s, 5m or 00:01:30.")]
    [InlineData("""{ }""", "f:1:1: a thing needs 'text': a text.")]
    public void A_mistake_is_noted_where_it_stands_with_what_to_write(string text, string message)
    {
        var (map, errors) = Reader(text, "text", "whole", "wholes", "flag", "texts", "stage", "pairs", "wait");

        map.Text("text", required: text == "{ }");
        map.Whole("whole", 1, 3);
        map.Wholes("wholes", 1, 3);
        map.Flag("flag");
        map.Texts("texts");
        map.Choice<SecretStage>("stage");
        map.Pairs("pairs");
        map.Duration("wait");

        Assert.Equal(message, errors.ToFailure().Message);
    }

    [Fact]
    public void All_mistakes_are_told_in_the_order_of_the_file()
    {
        var (map, errors) = Reader("{\n  \"whole\": 0,\n  \"flag\": 0,\n  \"oops\": 0\n}", "whole", "flag");
        map.Flag("flag");
        map.Whole("whole", 1, 3);

        Assert.Equal(["f:2:12:", "f:3:11:", "f:4:3:"], errors.ToFailure().Message.Split(Environment.NewLine).Select(static line => line.Split(' ')[0]));
    }

    [Fact]
    public void A_name_that_is_long_or_wild_is_shown_short_and_tame()
    {
        var (_, errors) = Reader($$"""{ "{{new string('x', 5000)}}": 1, "a\u001b[2Jb\n": 1 }""", "text");

        var message = errors.ToFailure().Message;
        Assert.InRange(message.Length, 1, 300);
        Assert.DoesNotContain('\u001b', message);
    }

    [Fact]
    public void All_texts_below_a_name_are_found_with_their_places()
    {
        var (map, _) = Reader("""{ "a": ["x", { "k": "y", "n": 1 }], "b": "z" }""", "a", "b");

        Assert.Equal([("x", 9), ("y", 21)], map.TextNodes("a").Select(static node => (node.Text, node.Position.Column)));
        Assert.Equal(["z"], map.TextNodes("b").Select(static node => node.Text));
        Assert.Empty(map.TextNodes("c"));
    }

    private static (MapReader Map, DocumentErrors Errors) Reader(string text, params string[] known)
    {
        Assert.True(JsonDocumentReader.Read(Encoding.UTF8.GetBytes(text), "f").Succeeded(out var root, out var failure), failure?.ToString());
        var errors = new DocumentErrors("f");
        return (new MapReader(Assert.IsType<MapNode>(root), errors, "a thing", known), errors);
    }
}
