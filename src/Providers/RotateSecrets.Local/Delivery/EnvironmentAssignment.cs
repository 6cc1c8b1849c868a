using System.Security.Cryptography;
using System.Text;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Delivery;

/// <summary>An assignment in a file of variables.</summary>
/// <remarks>
/// The grammar is systemd's own (src/basic/env-file.c): comments begin with # or ;, a value is bare, in single quotes or in double quotes, a quoted one may hold line
/// breaks, and a backslash before a line break continues the line.
/// </remarks>
/// <param name="Name">The variable.</param>
/// <param name="Start">Where its name begins.</param>
/// <param name="Value">Where its value begins.</param>
/// <param name="End">Behind the line break that ends it.</param>
internal sealed record EnvironmentAssignment(string Name, int Start, int Value, int End)
{
    private const byte Backslash = (byte)'\\';
    private const byte SingleQuote = (byte)'\'';
    private const byte DoubleQuote = (byte)'"';

    /// <summary>The assignments in a file, in their order.</summary>
    public static IEnumerable<EnvironmentAssignment> In(byte[] content)
    {
        for (var start = 0; start < content.Length;)
        {
            if (IsBlank(content[start]) || IsLineBreak(content[start]))
            {
                start++;
                continue;
            }

            var isComment = content[start] is (byte)'#' or (byte)';';
            var end = start;
            while (end < content.Length && !IsLineBreak(content[end]) && (isComment || content[end] != (byte)'='))
            {
                end++;
            }

            if (end == content.Length || content[end] != (byte)'=')
            {
                // A comment, or a word without a value: neither assigns anything.
                start = end;
                continue;
            }

            var next = Scan(content, end + 1, [], out _);
            yield return new EnvironmentAssignment(Encoding.UTF8.GetString(content.AsSpan(start..end)).TrimEnd(), start, end + 1, next);
            start = next;
        }
    }

    /// <summary>Whether a character needs a backslash within double quotes.</summary>
    public static bool NeedsBackslash(byte one) => one is DoubleQuote or Backslash or (byte)'$' or (byte)'`';

    /// <summary>The value, as systemd would hand it over.</summary>
    /// <param name="content">The file that the assignment stands in.</param>
    public SecretValue ValueIn(byte[] content)
    {
        var value = GC.AllocateUninitializedArray<byte>(End - Value, pinned: true);
        Scan(content, Value, value, out var length);
        try
        {
            return SecretValue.FromBytes(value.AsSpan(..length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(value);
        }
    }

    private static bool IsBlank(byte one) => one is (byte)' ' or (byte)'\t';

    private static bool IsLineBreak(byte one) => one is (byte)'\n' or (byte)'\r';

    // Follows a value to where its line ends, and copies what it stands for as far as there is room.
    private static int Scan(byte[] content, int at, Span<byte> value, out int length)
    {
        byte quote = 0;
        var (isBare, written) = (false, 0);
        length = 0;
        for (; at < content.Length; at++)
        {
            var (one, next) = (content[at], at + 1 < content.Length ? content[at + 1] : (byte?)null);
            if (quote == 0 && IsLineBreak(one))
            {
                return one == (byte)'\r' && next == (byte)'\n' ? at + 2 : at + 1;
            }

            if (one == quote)
            {
                quote = 0;
            }
            else if (one == Backslash && quote != SingleQuote && next is { } escaped)
            {
                at++;
                isBare |= quote == 0;
                if (quote == DoubleQuote && !NeedsBackslash(escaped) && escaped != (byte)'\n')
                {
                    Take(value, Backslash, ref written);
                }

                if (quote == DoubleQuote ? escaped != (byte)'\n' : !IsLineBreak(escaped))
                {
                    Take(value, escaped, ref written);
                }

                length = written;
            }
            else if (quote == 0 && !isBare && (one is SingleQuote or DoubleQuote))
            {
                quote = one;
            }
            else if (quote != 0 || isBare || !IsBlank(one))
            {
                isBare |= quote == 0;
                Take(value, one, ref written);

                // Blanks behind a bare value don't belong to it.
                length = quote == 0 && IsBlank(one) ? length : written;
            }
        }

        return content.Length;
    }

    private static void Take(Span<byte> value, byte one, ref int written)
    {
        if (written < value.Length)
        {
            value[written] = one;
        }

        written++;
    }
}
