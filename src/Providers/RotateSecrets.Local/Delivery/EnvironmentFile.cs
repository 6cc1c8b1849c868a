using System.Security.Cryptography;
using System.Text;
using RotateSecrets.Installation;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Delivery;

/// <summary>One variable in a file of variables as systemd reads it (systemd.exec(5), EnvironmentFile). All else in it stays byte for byte.</summary>
internal static class EnvironmentFile
{
    // Quotes, line breaks and an equals sign: so that the stream doesn't grow, and leaves no copy behind that isn't cleared.
    private const int Around = 16;

    /// <summary>Sets a variable, or takes it out where there is no value.</summary>
    /// <returns>Whether that could be done: what is written behind a quote that nobody closed would be part of it.</returns>
    public static bool Set(string path, string variable, SecretValue? value)
    {
        var old = File.Exists(path) ? File.ReadAllBytes(path) : [];
        using var content = new MemoryStream(old.Length + (2 * (value?.Length ?? 0)) + variable.Length + Around);
        try
        {
            var copied = 0;
            foreach (var assignment in EnvironmentAssignment.In(old).Where(assignment => assignment.Name == variable))
            {
                content.Write(old.AsSpan(copied..assignment.Start));
                copied = assignment.End;
            }

            content.Write(old.AsSpan(copied..));
            var start = value?.Reveal(bytes => Append(content, variable, bytes));
            if (start is not null && !EnvironmentAssignment.In(content.GetBuffer()).Any(assignment => assignment.Start == start))
            {
                return false;
            }

            PrivateFile.Replace(path, content.GetBuffer().AsSpan(0, (int)content.Length));
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content.GetBuffer());
            CryptographicOperations.ZeroMemory(old);
        }
    }

    /// <summary>Reads a variable; null where it isn't set. The last of several assignments counts, as with systemd.</summary>
    public static SecretValue? Get(string path, string variable)
    {
        var content = File.ReadAllBytes(path);
        try
        {
            return EnvironmentAssignment.In(content).LastOrDefault(assignment => assignment.Name == variable)?.ValueIn(content);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static long Append(MemoryStream content, string variable, ReadOnlySpan<byte> value)
    {
        if (content.GetBuffer().AsSpan(0, (int)content.Length) is [.., not (byte)'\n'])
        {
            content.WriteByte((byte)'\n');
        }

        if (content.GetBuffer().AsSpan(0, (int)content.Length) is [.., (byte)'\\', (byte)'\n'])
        {
            // A backslash makes the next line part of its own; up to systemd 253 in a comment too.
            content.WriteByte((byte)'\n');
        }

        var start = content.Length;
        content.Write(Encoding.ASCII.GetBytes(variable + "=\""));
        foreach (var one in value)
        {
            if (EnvironmentAssignment.NeedsBackslash(one))
            {
                content.WriteByte((byte)'\\');
            }

            content.WriteByte(one);
        }

        content.Write("\"\n"u8);
        return start;
    }
}
