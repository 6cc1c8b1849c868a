using System.Text.Json;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Store;

/// <summary>Who wrote a key's value last, by the server's own record (metadata.managedFields).</summary>
/// <param name="Manager">The name by which they wrote.</param>
/// <param name="At">When, by the server's clock; null where it isn't told.</param>
internal readonly record struct FieldOwner(string Manager, DateTimeOffset? At)
{
    /// <summary>The owners of a key's value.</summary>
    /// <param name="secret">The Secret.</param>
    /// <param name="key">The key.</param>
    public static IEnumerable<FieldOwner> Of(JsonElement secret, string key)
    {
        foreach (var entry in secret.Items("metadata", "managedFields"))
        {
            if (entry.At("fieldsV1", "f:data", $"f:{key}").ValueKind != JsonValueKind.Undefined || entry.At("fieldsV1", "f:stringData", $"f:{key}").ValueKind != JsonValueKind.Undefined)
            {
                yield return new FieldOwner(entry.Text("manager") ?? string.Empty, entry.Moment("time"));
            }
        }
    }
}
