using System.Numerics;
using CsCheck;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets.Generation;

namespace RotateSecrets.Core.Tests.Secrets.Generation;

public sealed class PasswordTests
{
    [Fact]
    public void A_password_has_every_class_and_nothing_that_was_excluded() =>
        Gen.Select(Gen.Int[4, 40], Gen.Int[1, 15], Gen.String[Gen.Char['!', '~'], 0, 8]).Sample((length, flags, exclude) =>
        {
            if (!PasswordGenerator.Create(length, (CharacterClass)flags, exclude).Succeeded(out var generator, out var failure))
            {
                Assert.Equal(FailureCode.ValueInvalid, failure.Code);
                return;
            }

            var password = generator.Generate().Reveal();
            Assert.Equal(length, password.Length);
            Assert.DoesNotContain(password, character => exclude.Contains(character, StringComparison.Ordinal));
            foreach (var wanted in Enum.GetValues<CharacterClass>().Where(static one => BitOperations.IsPow2((int)one)))
            {
                Assert.Equal(((CharacterClass)flags).HasFlag(wanted), password.Any(character => ClassOf(character) == wanted));
            }
        });

    [Theory]
    [InlineData(4, CharacterClass.Digit, "23456789", 4)] // 0 and 1 are left: 2^4
    [InlineData(3, CharacterClass.Digit | CharacterClass.Upper, "123456789BCDEFGHIJKLMNOPQRSTUVWXYZ", 2.585)] // 0 and A, each at least once: 2^3 - 2
    [InlineData(1, CharacterClass.Lower, "", 4.700)] // log2 26
    [InlineData(8, CharacterClass.All, "", 51.318)]
    public void Entropy_counts_the_passwords_there_can_be(int length, CharacterClass wanted, string exclude, double bits) =>
        Assert.Equal(bits, Create(length, wanted, exclude).EntropyBits, tolerance: 0.01);

    [Fact]
    public void All_passwords_of_a_kind_are_equally_likely()
    {
        // Two characters of {0, 1, 2} and {A}: 0A 1A 2A A0 A1 A2.
        var generator = Create(2, CharacterClass.Digit | CharacterClass.Upper, "3456789BCDEFGHIJKLMNOPQRSTUVWXYZ");
        var counts = Counts(60_000, () => generator.Generate().Reveal());
        Assert.Equal(6, counts.Count);
        Assert.True(ChiSquare(counts.Values, 60_000 / 6d) < Bound(5), "the passwords are not equally likely");
    }

    [Fact]
    public void Characters_are_drawn_without_bias_and_a_bias_would_be_seen()
    {
        // 62 characters: taking a byte modulo 62 would favour the first 8 by a quarter.
        var generator = Create(50, CharacterClass.Upper | CharacterClass.Lower | CharacterClass.Digit, string.Empty);
        var characters = Enumerable.Range(0, 4000).SelectMany(_ => generator.Generate().Reveal()).ToList();
        var expected = characters.Count / 62d;
        Assert.True(ChiSquare(characters.CountBy(static one => one).Select(static pair => pair.Value), expected) < Bound(61), "the characters are not equally likely");

        var biased = System.Security.Cryptography.RandomNumberGenerator.GetBytes(characters.Count).Select(static one => one % 62);
        Assert.True(ChiSquare(biased.CountBy(static one => one).Select(static pair => pair.Value), expected) > Bound(61), "this test would not see a bias");
    }

    private static PasswordGenerator Create(int length, CharacterClass wanted, string exclude)
    {
        Assert.True(PasswordGenerator.Create(length, wanted, exclude).Succeeded(out var generator, out var failure), failure?.ToString());
        return generator!;
    }

    private static Dictionary<string, int> Counts(int rounds, Func<string> draw) =>
        Enumerable.Range(0, rounds).Select(_ => draw()).CountBy(static one => one, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);

    private static double ChiSquare(IEnumerable<int> counts, double expected) => counts.Sum(count => (count - expected) * (count - expected) / expected);

    // Wilson and Hilferty's approximation, seven standard deviations out: chance exceeds it less than once in 10^11.
    private static double Bound(int freedom) => freedom * Math.Pow(1 - (2d / (9 * freedom)) + (7 * Math.Sqrt(2d / (9 * freedom))), 3);

    private static CharacterClass ClassOf(char character) => character switch
    {
        >= 'A' and <= 'Z' => CharacterClass.Upper,
        >= 'a' and <= 'z' => CharacterClass.Lower,
        >= '0' and <= '9' => CharacterClass.Digit,
        _ => CharacterClass.Symbol,
    };
}
