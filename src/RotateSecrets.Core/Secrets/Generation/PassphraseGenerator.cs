using System.Security.Cryptography;
using System.Text;

namespace RotateSecrets.Secrets.Generation;

/// <summary>Words drawn from a list that everybody may know.</summary>
/// <param name="wordCount">How many words.</param>
/// <param name="separator">What stands between them. It adds no entropy.</param>
public sealed class PassphraseGenerator(int wordCount, string separator) : ISecretGenerator
{
    /// <summary>The number of words where none is asked for: 132 bits.</summary>
    public const int DefaultWordCount = 12;

    /// <summary>The largest number of words.</summary>
    public const int MostWords = 256;

    private static readonly Lazy<byte[][]> List = new(Load);

    /// <summary>The words, in their order.</summary>
    public static IReadOnlyList<string> Words => [.. List.Value.Select(Encoding.ASCII.GetString)];

    /// <inheritdoc/>
    public double EntropyBits => wordCount * Math.Log2(List.Value.Length);

    /// <inheritdoc/>
    public SecretValue Generate()
    {
        var drawn = new int[wordCount];
        for (var i = 0; i < wordCount; i++)
        {
            drawn[i] = RandomNumberGenerator.GetInt32(List.Value.Length);
        }

        var between = Encoding.UTF8.GetBytes(separator);
        var value = SecretValue.Create(
            drawn.Sum(static index => List.Value[index].Length) + (between.Length * (wordCount - 1)),
            text =>
            {
                for (var i = 0; i < wordCount; i++)
                {
                    if (i > 0)
                    {
                        between.CopyTo(text);
                        text = text[between.Length..];
                    }

                    List.Value[drawn[i]].CopyTo(text);
                    text = text[List.Value[drawn[i]].Length..];
                }
            },
            EntropyBits);
        Array.Clear(drawn);
        return value;
    }

    private static byte[][] Load()
    {
        using var stream = typeof(PassphraseGenerator).Assembly.GetManifestResourceStream("RotateSecrets.Words.txt")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.ASCII.GetBytes)];
    }
}
