using System.Text;
using CsCheck;
using RotateSecrets.GitHub.Workflows.Yaml;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Tests.Workflows.Yaml;

public sealed class ReaderTests
{
    private static readonly string[] Pieces =
    [
        "a: ", "b:", "\n", "\n", "\n  ", "\n    ", "\n  - ", "\n- ", "- ", "x", "y z", "'q'", "\"d\"", "'it''s'", "\"\\n\"", "|\n", "|-\n", ">\n", ">+\n", "|2\n", "[", "]", "{", "}", ", ", ": ", " #", "# c",
        "&a ", "*a", "!!str ", "---\n", "...\n", "\t", "\r\n", "\r", "${{ x }}", "? ", "%", "<<: *a", "é", "~", "   ", "0:", "'", "\"", "\\", "-", "@", "`", ">", "|",
        "\n  a: ", "\n  b: ", "\n    c: ", "\na: ", "\n      - d: ", "|\n    x\n", ">\n    x\n      y\n\n    z\n", "[a, b]", "{a: b}", "[a, [b, 'c']]",
    ];

    private static readonly Gen<string> Piece = Gen.Int[0, Pieces.Length - 1].Select(static i => Pieces[i]);

    [Fact]
    public void What_the_quick_reader_takes_the_complete_one_reads_alike()
    {
        Gen.Int.Sample(
            static seed =>
            {
                var random = new Random(seed);
                AreAlike((random.Next(3) > 0 ? "a: " : string.Empty) + string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => Pieces[random.Next(Pieces.Length)])));
            },
            iter: 200_000);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_workflow_of_the_corpus_is_read_alike_by_both_and_so_are_its_mutilations(string name)
    {
        var text = Encoding.UTF8.GetString(File.ReadAllBytes(CorpusFiles.PathOf(name))).TrimStart('\uFEFF');
        AreAlike(text);
        Gen.Select(Gen.Int[0, Math.Max(0, text.Length - 1)], Gen.Int[0, 6], Piece).Sample(
            (at, length, piece) => AreAlike(text[..at] + piece + text[Math.Min(text.Length, at + length)..]), iter: 40);
    }

    public static TheoryData<string> Files => [.. CorpusFiles.All];

    [Theory]
    [InlineData("a: [1, 2\n", 2, 1)]
    [InlineData("a: b\n c: d: e\n", 2, 3)]
    [InlineData("a: b\n\t- b\n", 2, 1)]
    [InlineData("a:\n\t\n  b: c\n", 2, 1)]
    [InlineData("a:\n  - b: x\n  \t\n  - b: y\n", 3, 3)]
    [InlineData("a: *none\n", 1, 4)]
    [InlineData("a: &x [*x]\n", 1, 8)]
    [InlineData("? [a]\n: b\n", 1, 5)]
    [InlineData("a: \0\n", 1, 4)]
    public void What_is_no_YAML_is_refused_with_its_place(string text, int line, int column)
    {
        Assert.True(YamlFile.Read(Encoding.UTF8.GetBytes(text), "f").Failed(out var failure, out _));
        Assert.Equal((FailureCode.DocumentInvalid, "f"), (failure.Code, failure.Target));
        Assert.StartsWith(FormattableString.Invariant($"f:{line}:{column}: "), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_UTF_8_are_refused_where_they_stand()
    {
        Assert.True(YamlFile.Read([.. "a: b\nc: é"u8, 0xFF], "f").Failed(out var failure, out _));
        Assert.StartsWith("f:2:5: this is no UTF-8 text", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nests_and_aliases_without_end_are_refused()
    {
        Assert.NotNull(YamlFile.Read(Encoding.UTF8.GetBytes(new string('[', 100_000)), "f").Failure);
        Assert.NotNull(YamlFile.Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("- ", 50_000)) + "x"), "f").Failure);
    }

    [Fact]
    public async Task A_long_script_takes_no_more_time_a_line_than_a_short_one()
    {
        var (few, many) = (await BestAsync(500), await BestAsync(16_000));
        Assert.True(many < 150 * few, $"32 times the lines took {many / few:F0} times the time.");
    }

    // The places of all names in a script of so many lines, none of which is ASCII.
    private static async Task<double> BestAsync(int lines)
    {
        var text = Encoding.UTF8.GetBytes("on: push\njobs:\n  a:\n    steps:\n      - run: |\n" + string.Concat(Enumerable.Range(0, lines).Select(static n => $"          é ${{{{ secrets.S{n} }}}}\n")));
        var best = double.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var watch = System.Diagnostics.Stopwatch.StartNew();
            var searched = await Searched.InAsync(null, ("ci.yml", text));
            best = Math.Min(best, watch.Elapsed.TotalMilliseconds);
            Assert.Equal(lines, searched.References.Count(static one => one.Spot.Name is not null));
        }

        return best;
    }

    private static void AreAlike(string text)
    {
        if (QuickReader.Read(text) is not { } quick)
        {
            return;
        }

        Assert.True(CompleteReader.Read(text, "f").Succeeded(out var documents, out var failure), $"{failure}\n{text}");
        Assert.Equal(Told(Assert.Single(documents!), text), Told(quick, text));
    }

    // Everything that a node tells, with the place of every character that has one.
    private static string Told(YamlNode node, string text) => node switch
    {
        YamlScalar scalar => $"<{scalar.Text}>" + string.Concat(Enumerable.Range(0, scalar.Text.Length).Select(i => scalar.SpanOf(i, 1) is { } at ? Same(text, at, scalar.Text[i]) : "?")),
        YamlList list => $"[{string.Join(',', list.Items.Select(item => Told(item, text)))}]",
        YamlMap map => $"{{{string.Join(',', map.Entries.Select(entry => $"{Told(entry.Key, text)}={Told(entry.Value, text)}"))}}}",
        _ => throw new InvalidOperationException(),
    };

    private static string Same(string text, int at, char c)
    {
        Assert.Equal(c, text[at]);
        return FormattableString.Invariant($"{at} ");
    }
}
