using System.Text;
using CsCheck;
using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Workflows;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Tests.Workflows;

public sealed class RewritingTests
{
    private const string File = ".github/workflows/ci.yml";

    public static TheoryData<string> Files => [.. CorpusFiles.All.Where(static name => !name.StartsWith("sets", StringComparison.Ordinal))];

    [Fact]
    public async Task Only_the_name_is_replaced_in_every_way_of_writing_it()
    {
        const string text = """
            # secrets.KEY stays, and so does ${{ secrets.KEY }} in a comment
            on: push
            env: { KEY: "${{ secrets['KEY'] }}", OTHER: '${{ secrets[''key''] }}' } # KEY
            jobs:
              a:
                runs-on: ubuntu-latest
                steps:
                  - run: >-
                      KEY ${{secrets.KEY}} ${{ secrets.KEY_NEW }}
                      ${{ secrets.Key || 'secrets.KEY' }} secrets.KEY
            """;
        var content = Encoding.UTF8.GetPreamble().Concat(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"))).ToArray();
        Assert.True(ReferenceRewriter.Rewrite(content, File, await FindAsync(content, "KEY"), "KEY", "ROTATED").Succeeded(out var rewritten, out var failure), failure?.ToString());
        var expected = text.Replace("secrets['KEY']", "secrets['ROTATED']", StringComparison.Ordinal).Replace("''key''", "''rotated''", StringComparison.Ordinal)
            .Replace("{secrets.KEY}", "{secrets.ROTATED}", StringComparison.Ordinal).Replace("secrets.Key ", "secrets.ROTATED ", StringComparison.Ordinal);
        Assert.Equal(expected.ReplaceLineEndings("\r\n"), Encoding.UTF8.GetString(rewritten.AsSpan(3)));
        Assert.Equal(content[..3], rewritten[..3]);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_rewritten_file_has_the_new_name_where_the_old_one_was_and_rewriting_it_back_is_the_file(string name)
    {
        var content = await System.IO.File.ReadAllBytesAsync(CorpusFiles.PathOf(name), TestContext.Current.CancellationToken);
        var all = await FindAsync(content, null);
        foreach (var secret in all.Where(static one => one.Spot.Name is not null).Select(static one => one.SecretName!).Distinct())
        {
            var found = all.Where(one => one.SecretName == secret && one.Spot.Name is not null).ToList();
            var spelled = found.Select(one => Encoding.UTF8.GetString(content.AsSpan(one.Spot.Name!.Value.Start, one.Spot.Name.Value.Length))).Distinct().ToList();
            var rewritten = Rewritten(content, found, secret, "QUITE_ANOTHER_NAME");
            var again = await FindAsync(rewritten, "QUITE_ANOTHER_NAME");

            Assert.Equal(Told(found), Told(again.Where(static one => one.Kind is ReferenceKind.Property or ReferenceKind.Index)));
            Assert.Equal(rewritten, Rewritten(rewritten, (await FindAsync(rewritten, secret)).FindAll(static one => one.SecretName is not null && one.Spot.Name is not null), secret, "TWICE"));
            var aside = Rewritten(content, found, secret, secret + "_ROTATED");
            Assert.NotEqual(content, aside);
            Assert.Equal(content, Rewritten(aside, (await FindAsync(aside, secret + "_ROTATED")).FindAll(static one => one.Spot.Name is not null), secret + "_ROTATED", secret));
            if (spelled is [var one])
            {
                Assert.Equal(content, Rewritten(rewritten, again.Where(static reference => reference.Spot.Name is not null).ToList(), "QUITE_ANOTHER_NAME", one));
            }
        }
    }

    [Theory]
    [InlineData("${{ toJSON(secrets) }}", "1:22", "all secrets")]
    [InlineData("${{ secrets[format('{0}', github.ref_name)] }}", "1:15", "put together")]
    [InlineData("\"${{ secrets.K\\x45Y }}\"", "1:23", "escapes")]
    public async Task What_does_not_stand_as_itself_is_told_with_its_line_and_nothing_is_rewritten(string value, string place, string words)
    {
        var content = Encoding.UTF8.GetBytes($"env: {{A: {(value[0] == '"' ? value : $"\"{value}\"")}}}\non: push\njobs: {{a: {{steps: [{{run: \"${{{{ secrets.KEY }}}}\"}}]}}}}");
        Assert.True(ReferenceRewriter.Rewrite(content, File, await FindAsync(content, "KEY"), "KEY", "NEW").Failed(out var failure, out _));
        Assert.Equal(FailureCode.DocumentInvalid, failure.Code);
        Assert.StartsWith($"{File}:{place}: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_was_changed_in_between_and_references_of_another_file_are_left_alone()
    {
        var content = "on: push\njobs: {a: {steps: [{run: \"${{ secrets.KEY }}\"}]}}"u8.ToArray();
        var found = await FindAsync(content, "KEY");
        Assert.NotNull(ReferenceRewriter.Rewrite("# \n"u8.ToArray().Concat(content).ToArray(), File, found, "KEY", "NEW").Failure);
        Assert.NotNull(ReferenceRewriter.Rewrite(Array.Empty<byte>(), File, found, "KEY", "NEW").Failure);
        Assert.Equal(content, Rewritten(content, [.. found.Select(static one => one with { Spot = one.Spot with { Path = "other.yml" } })], "KEY", "NEW"));
    }

    [Fact]
    public async Task Whatever_the_bytes_are_there_is_an_answer_and_what_is_found_can_be_rewritten()
    {
        var seeds = CorpusFiles.All.Select(static name => System.IO.File.ReadAllBytes(CorpusFiles.PathOf(name))).ToArray();
        await Gen.Int.SampleAsync(
            async seed =>
            {
                var content = Mutated(seeds, new Random(seed));
                foreach (var reference in await FindAsync(content, null))
                {
                    if (reference.Spot.Name is { } name)
                    {
                        var back = Encoding.UTF8.GetString(content.AsSpan(name.Start, name.Length));
                        var rewritten = Rewritten(content, [reference], back, "NEW");
                        Assert.Equal(content.Length - name.Length + 3, rewritten.Length);
                        Assert.Equal(reference.SecretName, back.ToUpperInvariant());
                    }
                }
            },
            iter: 3_000);
    }

    private static byte[] Mutated(byte[][] seeds, Random random)
    {
        var content = seeds[random.Next(seeds.Length)].ToList();
        for (var change = random.Next(6); change >= 0; change--)
        {
            var (at, other) = (random.Next(content.Count + 1), seeds[random.Next(seeds.Length)]);
            switch (random.Next(4))
            {
                case 0 when at < content.Count:
                    content[at] = (byte)random.Next(256);
                    break;
                case 1:
                    content.RemoveRange(at, Math.Min(random.Next(40), content.Count - at));
                    break;
                case 2:
                    var from = random.Next(other.Length);
                    content.InsertRange(at, other[from..Math.Min(other.Length, from + random.Next(60))]);
                    break;
                default:
                    content.Insert(at, (byte)"\n\t '\"{}[]|>&*!:#-${secrets.%"[random.Next(27)]);
                    break;
            }
        }

        return [.. content];
    }

    private static async Task<List<SecretReference>> FindAsync(byte[] content, string? secret) => (await Searched.InAsync(secret, ("ci.yml", content))).References;

    private static byte[] Rewritten(byte[] content, List<SecretReference> references, string from, string to)
    {
        Assert.True(ReferenceRewriter.Rewrite(content, File, references, from, to).Succeeded(out var rewritten, out var failure), failure?.ToString());
        return rewritten;
    }

    // By line, kind, job and order: columns behind a name on the same line move with its length.
    private static IEnumerable<string> Told(IEnumerable<SecretReference> references) =>
        references.Select(static one => $"{one.Spot.Line} {one.Kind} {one.Job} {one.Environment.Name}").Order(StringComparer.Ordinal);
}
