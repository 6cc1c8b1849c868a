using System.Security.Cryptography;
using System.Text;
using RotateSecrets.Installation;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Services;

/// <summary>One variable in a file of variables as systemd reads it (systemd.exec(5), EnvironmentFile). All other lines stay byte for byte.</summary>
internal static class EnvironmentFile
{
    /// <summary>Sets a variable, or takes it out where there is no value.</summary>
    public static void Set(string path, string variable, SecretValue? value)
    {
        var old = File.Exists(path) ? File.ReadAllBytes(path) : [];
        using var content = new MemoryStream();
        foreach (var line in Lines(old).Where(line => !Sets(line, variable)))
        {
            content.Write(line);
        }

        if (value is not null)
        {
            if (content.Length > 0 && content.GetBuffer()[content.Length - 1] != (byte)'\n')
            {
                content.WriteByte((byte)'\n');
            }

            value.Reveal(bytes =>
            {
                content.Write(Encoding.ASCII.GetBytes(variable + "=\""));
                foreach (var one in bytes)
                {
                    // Within double quotes systemd takes a backslash before these for the character itself.
                    if (one is (byte)'"' or (byte)'\\' or (byte)'$' or (byte)'`')
                    {
                        content.WriteByte((byte)'\\');
                    }

                    content.WriteByte(one);
                }

                content.Write("\"\n"u8);
                return true;
            });
        }

        PrivateFile.Replace(path, content.GetBuffer().AsSpan(0, (int)content.Length));
        CryptographicOperations.ZeroMemory(content.GetBuffer());
        CryptographicOperations.ZeroMemory(old);
    }

    private static IEnumerable<byte[]> Lines(byte[] content)
    {
        for (var start = 0; start < content.Length;)
        {
            var end = Array.IndexOf(content, (byte)'\n', start);
            var next = end < 0 ? content.Length : end + 1;
            yield return content[start..next];
            start = next;
        }
    }

    private static bool Sets(byte[] line, string variable)
    {
        var trimmed = line.AsSpan().TrimStart(" \t"u8);
        var name = Encoding.ASCII.GetBytes(variable);
        return trimmed.StartsWith(name) && trimmed[name.Length..].TrimStart(" \t"u8).StartsWith("="u8);
    }
}
