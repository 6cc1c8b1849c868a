using System.Net;
using System.Text.Json;

namespace RotateSecrets.Vault.Client;

/// <summary>What the server answered. Its body may hold secrets, and is zeroed on dispose.</summary>
internal sealed class VaultReply : IDisposable
{
    private readonly PinnedText? text;
    private readonly JsonDocument? document;

    private VaultReply(HttpStatusCode status, PinnedText? text, JsonDocument? document)
    {
        Status = status;
        this.text = text;
        this.document = document;
    }

    public HttpStatusCode Status { get; }

    /// <summary>How long the server asked to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the body is JSON, or empty as it may be.</summary>
    public bool IsIntact { get; private init; } = true;

    /// <summary>What the server says of the state that the answer rests on; null where it says nothing.</summary>
    public string? State { get; private init; }

    /// <summary>Whether a mount of the key-value engine is being upgraded, which takes a moment after it was made.</summary>
    public bool IsUpgrading => Status == HttpStatusCode.BadRequest && Says("Upgrading from non-versioned");

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>The body; of the kind Undefined where there is none.</summary>
    public JsonElement Root => document?.RootElement ?? default;

    /// <summary>The <c>data</c> of the body; of the kind Undefined where there is none.</summary>
    public JsonElement Data => Root.Member("data");

    /// <summary>The server's own sentences. They are compared with known ones, and never handed on.</summary>
    public IReadOnlyList<string> Errors => Root.Member("errors") is { ValueKind: JsonValueKind.Array } errors
        ? [.. errors.EnumerateArray().Where(static error => error.ValueKind == JsonValueKind.String).Select(static error => error.GetString()!)]
        : [];

    /// <summary>Whether one of the server's sentences says something.</summary>
    public bool Says(string words) => Errors.Any(error => error.Contains(words, StringComparison.OrdinalIgnoreCase));

    public static async Task<VaultReply> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var wait = response.Headers.RetryAfter?.Delta;
        var state = response.Headers.TryGetValues(ReplicationStates.Header, out var said) ? said.FirstOrDefault() : null;
        var body = await PinnedText.ReadAsync(await response.Content.ReadAsStreamAsync(cancellation), cancellation);
        if (body.Length == 0)
        {
            body.Dispose();
            return new VaultReply(response.StatusCode, null, null) { RetryAfter = wait, State = state };
        }

        try
        {
            return new VaultReply(response.StatusCode, body, JsonDocument.Parse(body.Written)) { RetryAfter = wait, State = state };
        }
        catch (JsonException)
        {
            body.Dispose();
            return new VaultReply(response.StatusCode, null, null) { RetryAfter = wait, State = state, IsIntact = false };
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        document?.Dispose();
        text?.Dispose();
    }
}
