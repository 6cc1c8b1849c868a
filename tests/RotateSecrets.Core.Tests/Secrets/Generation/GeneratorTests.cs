using System.Text.RegularExpressions;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets.Generation;

namespace RotateSecrets.Core.Tests.Secrets.Generation;

public sealed class GeneratorTests
{
    private static readonly SecretGenerators Generators = new(static () => new Failure(FailureCode.ProviderNotFound, "Local", "There is none here."));

    [Theory]
    [InlineData("Hex", "", "^[0-9a-f]{64}$", 256)]
    [InlineData("hex", "bytecount=20", "^[0-9a-f]{40}$", 160)]
    [InlineData("Base64", "ByteCount=17", "^[A-Za-z0-9+/]{23}=$", 136)]
    [InlineData("Base64Url", "", "^[A-Za-z0-9_-]{43}$", 256)]
    [InlineData("Base64Url", "ByteCount=16", "^[A-Za-z0-9_-]{22}$", 128)]
    [InlineData("Guid", "AllowWeak=", "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", 122)]
    [InlineData("Passphrase", "", "^([a-z]{3,8}-){11}[a-z]{3,8}$", 132)]
    [InlineData("Passphrase", "WordCount=12,Separator= ", "^([a-z]{3,8} ){11}[a-z]{3,8}$", 132)]
    [InlineData("Password", "", "^[!-~]{24}$", 157.208)]
    public void A_value_has_the_format_and_the_entropy_it_says(string format, string options, string pattern, double entropy)
    {
        using var value = Of(format, options).Generate();
        Assert.Matches(new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1)), value.Reveal());
        Assert.Equal(entropy, value.EntropyBits!.Value, tolerance: 0.1);
    }

    [Theory]
    [InlineData("Hex", "ByteCount=15")]
    [InlineData("Guid", "")]
    [InlineData("Rsa", "KeySize=2048")]
    [InlineData("Password", "Length=12")]
    [InlineData("Passphrase", "WordCount=11")]
    public void Less_than_128_bits_is_refused_unless_it_is_allowed(string format, string options)
    {
        Assert.Equal(FailureCode.ValueTooWeak, Generators.Of(format, Parse(options)).Failure?.Code);
        Assert.Null(Generators.Of(format, Parse(options + ",AllowWeak=")).Failure);
    }

    [Theory]
    [InlineData("Hx", "", "did you mean 'Hex'?")]
    [InlineData("Hex", "Bytecout=3", "did you mean 'ByteCount'?")]
    [InlineData("Hex", "ByteCount=0", "from 1 to 4096")]
    [InlineData("Hex", "ByteCount=many", "from 1 to 4096")]
    [InlineData("Rsa", "KeySize=2047", "from 2048 to 4096")]
    [InlineData("Rsa", "KeySize=2049", "2048, 3072 or 4096")]
    [InlineData("Ecdsa", "Curve=P42", "P256, P384, P521")]
    [InlineData("Password", "Length=3", "can't have one of each of 4 classes")]
    [InlineData("Password", "CharacterClass=Digit,Exclude=0123456789", "No character of the class Digit is left")]
    public void What_cant_be_is_refused_with_what_could(string format, string options, string hint)
    {
        var failure = Generators.Of(format, Parse(options)).Failure;
        Assert.Equal(FailureCode.ValueInvalid, failure?.Code);
        Assert.Contains(hint, failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_values_are_never_the_same()
    {
        var generator = Of("Hex", string.Empty);
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => generator.Generate().Reveal()).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Every_bit_of_a_hex_value_comes_up_both_ways()
    {
        var (ones, zeroes) = (new byte[32], new byte[32]);
        var generator = Of("Hex", string.Empty);
        for (var i = 0; i < 200; i++)
        {
            var bytes = Convert.FromHexString(generator.Generate().Reveal());
            for (var j = 0; j < bytes.Length; j++)
            {
                ones[j] |= bytes[j];
                zeroes[j] |= (byte)~bytes[j];
            }
        }

        Assert.All(ones.Concat(zeroes), static seen => Assert.Equal(0xFF, seen));
    }

    [Fact]
    public void The_word_list_has_2048_words_and_none_is_the_beginning_of_another()
    {
        var words = PassphraseGenerator.Words;
        Assert.Equal(2048, words.Distinct(StringComparer.Ordinal).Count());
        Assert.All(words, static word => Assert.Matches("^[a-z]{3,8}$", word));
        Assert.Equal(words, words.Order(StringComparer.Ordinal));

        // In a sorted list a word that begins another stands right before it.
        Assert.All(words.Zip(words.Skip(1)), static pair => Assert.False(pair.Second.StartsWith(pair.First, StringComparison.Ordinal), $"{pair}"));
    }

    private static ISecretGenerator Of(string format, string options)
    {
        Assert.True(Generators.Of(format, Parse(options)).Succeeded(out var generator, out var failure), failure?.ToString());
        return generator!;
    }

    private static Dictionary<string, string> Parse(string options) => options.Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select(static option => option.Split('=', 2)).ToDictionary(static option => option[0], static option => option[1], StringComparer.OrdinalIgnoreCase);
}
