using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RotateSecrets.Consumers;
using RotateSecrets.Secrets;

namespace RotateSecrets.Vault.Agents;

/// <summary>A file that an agent has written. Its bytes hold secrets, and are zeroed on dispose.</summary>
internal sealed class RenderedFile(string path) : IDisposable
{
    private byte[] bytes = [];
    private DateTimeOffset? writtenAt;

    /// <summary>Reads it.</summary>
    /// <returns>What to say of it where it can't be read; else null.</returns>
    public InstanceState? Read()
    {
        try
        {
            bytes = File.ReadAllBytes(path);
            writtenAt = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return State(Holding.Unknown, "the file can't be read");
        }
    }

    /// <summary>Whether a value is in it: as it is, or as templates write it into JSON, YAML and addresses.</summary>
    public bool Holds(SecretValue value) => value.Reveal(secret =>
    {
        if (Has(secret))
        {
            return true;
        }

        var text = Encoding.UTF8.GetString(secret);
        return Has(Convert.ToBase64String(secret)) || Has(Convert.ToBase64String(secret).Replace('+', '-').Replace('/', '_'))
            || Has(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value) || Has(JsonEncodedText.Encode(text).Value) || Has(Uri.EscapeDataString(text));
    });

    /// <summary>What is said of it.</summary>
    public InstanceState State(Holding holding, string evidence) => new(path, holding, writtenAt, evidence);

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(bytes);

    private bool Has(ReadOnlySpan<byte> part) => bytes.AsSpan().IndexOf(part) >= 0;

    private bool Has(string part) => Has(Encoding.UTF8.GetBytes(part));
}
