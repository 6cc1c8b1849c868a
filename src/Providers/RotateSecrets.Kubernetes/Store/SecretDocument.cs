using System.Security.Cryptography;
using System.Text.Json;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Ownership;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Store;

/// <summary>A Secret as the server gave it. Its values stay in the answer's own bytes, which are zeroed on dispose.</summary>
/// <param name="reply">The answer; the document's from here on.</param>
internal sealed class SecretDocument(ApiReply reply) : IDisposable
{
    /// <summary>The annotation that tells which write of this module each key's value is from: tokens, never anything of the value.</summary>
    public const string WritesAnnotation = "rotatesecrets.io/writes";

    /// <summary>The annotation of a Secret that was made to hold a candidate beside another.</summary>
    public const string SideAnnotation = "rotatesecrets.io/side-of";

    public JsonElement Json => reply.Json;

    public string Uid => Json.Text("metadata", "uid") ?? string.Empty;

    public string ResourceVersion => Json.Text("metadata", "resourceVersion") ?? string.Empty;

    public string Type => Json.Text("type") ?? "Opaque";

    public bool IsImmutable => Json.Flag("immutable");

    /// <summary>The Secret beside which it was made; null for an ordinary one.</summary>
    public string? SideOf => Json.Text("metadata", "annotations", SideAnnotation);

    /// <summary>The server's clock when it answered.</summary>
    public DateTimeOffset? ServerTime => reply.Date;

    public IReadOnlyList<string> Keys => [.. Json.Members("data").Select(static member => member.Name)];

    /// <summary>The value of a key; null where there is no such key. The caller disposes of it.</summary>
    public SecretValue? Value(string key) =>
        Json.At("data", key) is { ValueKind: JsonValueKind.String } encoded && encoded.TryGetBytesFromBase64(out var bytes) ? SecretValue.Take(bytes) : null;

    /// <summary>How many bytes the values of the other keys have.</summary>
    public int LengthBeside(string key) => Json.Members("data").Where(member => member.Name != key).Sum(static member => DecodedLength(member.Value));

    /// <summary>When a key's value was written, by the server's clock, to the second.</summary>
    /// <remarks>It is the time at which the field came into its owner's hands by managedFields: of a write of this module its very time; where those were stripped, what this module noted.</remarks>
    public DateTimeOffset WrittenAt(string key) =>
        FieldOwner.Of(Json, key).Select(static owner => owner.At).Max() ?? Write(key)?.At ?? Json.Moment("metadata", "creationTimestamp") ?? DateTimeOffset.MaxValue;

    /// <summary>The write of this module that a key's value is from; null where somebody else wrote it since.</summary>
    public SecretWrite? Write(string key)
    {
        var owners = FieldOwner.Of(Json, key).ToList();
        return owners.Count > 0 && owners.TrueForAll(static owner => !owner.IsUs) ? null : SecretWrite.Read(Json.Text("metadata", "annotations", WritesAnnotation)).GetValueOrDefault(key);
    }

    /// <summary>What a key's value is, as a version.</summary>
    public SecretVersion Describe(SecretAddress address, string key, SecretValue value, DateTimeOffset now) =>
        new(address, value.Fingerprint, SecretStage.Current, WrittenAt(key))
        {
            Fingerprint = value.Fingerprint,
            Length = value.Length,
            Token = Write(key)?.Token,
            Age = (reply.Date ?? now) - WrittenAt(key),
        };

    /// <summary>Copies the values of all keys but one.</summary>
    public void CopyOthers(Utf8JsonWriter json, string key)
    {
        foreach (var member in Json.Members("data").Where(member => member.Name != key))
        {
            if (member.Value.ValueKind == JsonValueKind.String && member.Value.TryGetBytesFromBase64(out var bytes))
            {
                json.WriteBase64String(member.Name, bytes);
                CryptographicOperations.ZeroMemory(bytes);
            }
        }
    }

    public void Dispose() => reply.Dispose();

    private static int DecodedLength(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String || !value.TryGetBytesFromBase64(out var bytes))
        {
            return 0;
        }

        CryptographicOperations.ZeroMemory(bytes);
        return bytes.Length;
    }
}
