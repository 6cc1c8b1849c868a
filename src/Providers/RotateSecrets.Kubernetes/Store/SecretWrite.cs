using System.Globalization;
using System.Text;
using System.Text.Json;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Store;

/// <summary>What is noted in a Secret's annotation of a write of one key.</summary>
/// <param name="Token">The idempotency token.</param>
/// <param name="At">A moment after the write, by the server's clock.</param>
internal sealed record SecretWrite(string Token, DateTimeOffset At)
{
    /// <summary>Reads the annotation. Whatever is no note of ours is none.</summary>
    public static IReadOnlyDictionary<string, SecretWrite> Read(string? annotation)
    {
        var writes = new Dictionary<string, SecretWrite>(StringComparer.Ordinal);
        try
        {
            using var json = JsonDocument.Parse(annotation ?? "{}");
            foreach (var member in json.RootElement.Members())
            {
                if (member.Value.Text("token") is { } token && member.Value.Moment("at") is { } at)
                {
                    writes[member.Name] = new SecretWrite(token, at);
                }
            }
        }
        catch (JsonException)
        {
            return new Dictionary<string, SecretWrite>(StringComparer.Ordinal);
        }

        return writes;
    }

    /// <summary>The annotation with one more note.</summary>
    public static string Note(string? annotation, string key, SecretWrite write)
    {
        var writes = new SortedDictionary<string, SecretWrite>(Read(annotation).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal) { [key] = write };
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (var (name, one) in writes)
            {
                json.WriteStartObject(name);
                json.WriteString("token", one.Token);
                json.WriteString("at", one.At.ToString("O", CultureInfo.InvariantCulture));
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
