using System.Security.Cryptography;
using System.Text.Json;

namespace RotateSecrets.Kubernetes.Api;

/// <summary>A whole answer. Its bytes may hold Secrets: they are zeroed on dispose.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="body">The body.</param>
/// <param name="retryAfter">How long the server asked to wait.</param>
/// <param name="date">The server's own clock when it answered; null where it didn't tell.</param>
internal sealed class ApiReply(int status, byte[] body, TimeSpan? retryAfter, DateTimeOffset? date) : IDisposable
{
    private JsonDocument? document;

    public int Status => status;

    public bool IsSuccess => status is >= 200 and < 300;

    public ReadOnlyMemory<byte> Body => body;

    public TimeSpan? RetryAfter => retryAfter;

    public DateTimeOffset? Date => date;

    /// <summary>The body as JSON; an undefined element where it is none. Not for Secrets: a document's strings can't be zeroed.</summary>
    public JsonElement Json
    {
        get
        {
            try
            {
                return (document ??= JsonDocument.Parse(body)).RootElement;
            }
            catch (JsonException)
            {
                return default;
            }
        }
    }

    public void Dispose()
    {
        document?.Dispose();
        CryptographicOperations.ZeroMemory(body);
    }
}
