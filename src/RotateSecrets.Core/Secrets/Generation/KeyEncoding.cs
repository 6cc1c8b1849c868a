using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace RotateSecrets.Secrets.Generation;

/// <summary>How a key pair is written.</summary>
public enum KeyEncoding
{
    /// <summary>PEM: the private key as PKCS#8, the public key as SubjectPublicKeyInfo.</summary>
    Pem,

    /// <summary>JSON Web Key (RFC 7517, RFC 8037).</summary>
    Jwk,
}

/// <summary>Writes keys, leaving nothing of a private one behind.</summary>
internal static class KeyText
{
    /// <summary>A key pair in PEM. The private key's bytes are cleared.</summary>
    public static SecretValue Pem(Span<byte> pkcs8, byte[] publicKeyInfo, double strengthBits)
    {
        var text = new char[PemEncoding.GetEncodedSize("PRIVATE KEY".Length, pkcs8.Length) + 1];
        PemEncoding.TryWrite("PRIVATE KEY", pkcs8, text, out var length);
        text[length] = '\n';
        var value = SecretValue.FromText(text, strengthBits, PemEncoding.WriteString("PUBLIC KEY", publicKeyInfo) + "\n");
        Array.Clear(text);
        CryptographicOperations.ZeroMemory(pkcs8);
        return value;
    }

    /// <summary>A key pair as JWK. The private members are cleared.</summary>
    /// <param name="publicMembers">Names and values, in their order; bytes are written in base64url.</param>
    /// <param name="privateMembers">Names and bytes, in their order.</param>
    /// <param name="strengthBits">The strength.</param>
    public static SecretValue Jwk(
        IReadOnlyList<(string Name, object Value)> publicMembers, IReadOnlyList<(string Name, byte[] Value)> privateMembers, double strengthBits)
    {
        var open = string.Join(',', publicMembers.Select(static member =>
            $"\"{member.Name}\":\"{(member.Value is byte[] bytes ? Encoding.ASCII.GetString(Base64Url(bytes)) : member.Value)}\""));
        using var buffer = new MemoryStream();
        buffer.Write(Encoding.ASCII.GetBytes("{" + open));
        foreach (var (name, bytes) in privateMembers)
        {
            buffer.Write(Encoding.ASCII.GetBytes($",\"{name}\":\""));
            var text = Base64Url(bytes);
            buffer.Write(text);
            buffer.WriteByte((byte)'"');
            CryptographicOperations.ZeroMemory(text);
            CryptographicOperations.ZeroMemory(bytes);
        }

        buffer.WriteByte((byte)'}');
        var whole = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        var value = SecretValue.Create(whole.Length, CopyOf(buffer), strengthBits, "{" + open + "}");
        CryptographicOperations.ZeroMemory(buffer.GetBuffer());
        return value;
    }

    private static SecretWriter CopyOf(MemoryStream buffer) => target => buffer.GetBuffer().AsSpan(0, target.Length).CopyTo(target);

    private static byte[] Base64Url(byte[] bytes)
    {
        var text = new byte[Base64.GetMaxEncodedToUtf8Length(bytes.Length)];
        Base64.EncodeToUtf8(bytes, text, out _, out var length);
        var trimmed = text.AsSpan(0, length).TrimEnd((byte)'=').ToArray();
        CryptographicOperations.ZeroMemory(text);
        trimmed.AsSpan().Replace((byte)'+', (byte)'-');
        trimmed.AsSpan().Replace((byte)'/', (byte)'_');
        return trimmed;
    }
}
