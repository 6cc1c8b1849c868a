using System.Text.Json;

namespace RotateSecrets.Vault.Client;

/// <summary>One request.</summary>
/// <param name="Method">GET, POST or DELETE: listing is GET with <c>list=true</c>, which every proxy lets through.</param>
/// <param name="Path">The path behind <c>/v1/</c>, each segment escaped, with its query.</param>
/// <param name="Target">What it is about, as an operator knows it.</param>
internal sealed record VaultCall(HttpMethod Method, string Path, string Target)
{
    /// <summary>Writes the body's JSON; null where there is none.</summary>
    public Action<Utf8JsonWriter>? Body { get; init; }

    /// <summary>Whether repeating it does no harm even where it had taken effect. Reading is always safe.</summary>
    public bool IsRepeatable { get; init; }

    /// <summary>Whether it goes without token and namespace: logging in, and asking how the server is.</summary>
    public bool IsAnonymous { get; init; }

    /// <summary>Whether it changes nothing, so that it can be sent again whatever became of it.</summary>
    public bool IsSafe => Method == HttpMethod.Get || IsRepeatable;

    public static VaultCall Get(string path, string target) => new(HttpMethod.Get, path, target);

    public static VaultCall Post(string path, string target, Action<Utf8JsonWriter>? body = null) => new(HttpMethod.Post, path, target) { Body = body };

    public static VaultCall Delete(string path, string target) => new(HttpMethod.Delete, path, target);

    /// <summary>A path whose segments are escaped; the slashes between them stay.</summary>
    public static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
