using System.Numerics;
using System.Security.Cryptography;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Secrets.Generation;

/// <summary>Kinds of characters in a password.</summary>
[Flags]
public enum CharacterClass
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A to Z.</summary>
    Upper = 1,

    /// <summary>a to z.</summary>
    Lower = 2,

    /// <summary>0 to 9.</summary>
    Digit = 4,

    /// <summary>The 32 printable ASCII characters that are none of these, and no blank.</summary>
    Symbol = 8,

    /// <summary>All of them.</summary>
    All = Upper | Lower | Digit | Symbol,
}

/// <summary>
/// Passwords with at least one character of every class that was asked for. Each such password is as likely as any other: every character is drawn without bias
/// from all that are allowed, and a password that misses a class is thrown away whole.
/// </summary>
public sealed class PasswordGenerator : ISecretGenerator
{
    /// <summary>The number of characters where none is asked for: with all classes, 157 bits.</summary>
    public const int DefaultLength = 24;

    /// <summary>The largest number of characters.</summary>
    public const int MostCharacters = 1024;

    private const string Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Lower = "abcdefghijklmnopqrstuvwxyz";
    private const string Digit = "0123456789";
    private const string Symbol = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    private readonly int length;
    private readonly byte[][] classes;
    private readonly byte[] alphabet;

    private PasswordGenerator(int length, byte[][] classes)
    {
        this.length = length;
        this.classes = classes;
        alphabet = [.. classes.SelectMany(static characters => characters)];
        EntropyBits = Log2(Count());
    }

    /// <inheritdoc/>
    public double EntropyBits { get; }

    /// <summary>A generator for passwords of a kind.</summary>
    /// <param name="length">How many characters.</param>
    /// <param name="wanted">Of which classes; of each at least one.</param>
    /// <param name="exclude">Characters that must not occur.</param>
    /// <returns>The generator, or <see cref="FailureCode.ValueInvalid"/> where no password can be of that kind.</returns>
    public static Outcome<PasswordGenerator> Create(int length, CharacterClass wanted, string exclude)
    {
        var sets = new List<byte[]>();
        foreach (var (flag, characters) in ((CharacterClass, string)[])
            [(CharacterClass.Upper, Upper), (CharacterClass.Lower, Lower), (CharacterClass.Digit, Digit), (CharacterClass.Symbol, Symbol)])
        {
            if (!wanted.HasFlag(flag))
            {
                continue;
            }

            var left = characters.Where(character => !exclude.Contains(character, StringComparison.Ordinal)).Select(static character => (byte)character).ToArray();
            if (left.Length == 0)
            {
                return new Failure(FailureCode.ValueInvalid, "password", $"No character of the class {flag} is left: all of them are excluded.");
            }

            sets.Add(left);
        }

        return (sets.Count, length) switch
        {
            (0, _) => new Failure(FailureCode.ValueInvalid, "password", "A password needs at least one class of characters."),
            var (count, _) when length < count => new Failure(
                FailureCode.ValueInvalid, "password", $"A password of {length} characters can't have one of each of {count} classes."),
            (_, > MostCharacters) => new Failure(FailureCode.ValueInvalid, "password", $"A password has at most {MostCharacters} characters."),
            _ => new PasswordGenerator(length, [.. sets]),
        };
    }

    /// <inheritdoc/>
    public SecretValue Generate() => SecretValue.Create(
        length,
        password =>
        {
            do
            {
                foreach (ref var character in password)
                {
                    character = alphabet[RandomNumberGenerator.GetInt32(alphabet.Length)];
                }
            }
            while (!HasAll(password));
        },
        EntropyBits);

    private bool HasAll(ReadOnlySpan<byte> password)
    {
        foreach (var characters in classes)
        {
            if (!password.ContainsAny(characters))
            {
                return false;
            }
        }

        return true;
    }

    // How many passwords have one of every class: inclusion and exclusion over the classes that are missing.
    private BigInteger Count()
    {
        var count = BigInteger.Zero;
        for (var missing = 0; missing < 1 << classes.Length; missing++)
        {
            var left = alphabet.Length - classes.Where((_, index) => (missing & (1 << index)) != 0).Sum(static characters => characters.Length);
            var sign = BitOperations.PopCount((uint)missing) % 2 == 0 ? 1 : -1;
            count += sign * BigInteger.Pow(left, length);
        }

        return count;
    }

    private static double Log2(BigInteger number) => BigInteger.Log(number, 2);
}
