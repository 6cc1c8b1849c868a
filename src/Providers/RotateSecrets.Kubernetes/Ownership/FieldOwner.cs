using System.Text.Json;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Ownership;

/// <summary>Who wrote a field last, by the server's own record (metadata.managedFields).</summary>
/// <param name="Manager">The name by which they wrote.</param>
/// <param name="At">When, by the server's clock; null where it isn't told.</param>
internal readonly record struct FieldOwner(string Manager, DateTimeOffset? At)
{
    /// <summary>Whether it was this module.</summary>
    public bool IsUs => Manager == ApiCall.Manager || Manager.StartsWith($"{ApiCall.Manager}-", StringComparison.Ordinal);

    /// <summary>The owners of a key's value.</summary>
    /// <param name="secret">The Secret.</param>
    /// <param name="key">The key.</param>
    public static IEnumerable<FieldOwner> Of(JsonElement secret, string key) => OfPath(secret, "f:data", $"f:{key}").Concat(OfPath(secret, "f:stringData", $"f:{key}"));

    /// <summary>The owners of a field.</summary>
    /// <param name="item">The object.</param>
    /// <param name="path">Where the field stands, in the notation of fieldsV1.</param>
    public static IEnumerable<FieldOwner> OfPath(JsonElement item, params string[] path)
    {
        foreach (var entry in item.Items("metadata", "managedFields"))
        {
            if (entry.At("fieldsV1").At(path).ValueKind != JsonValueKind.Undefined)
            {
                yield return new FieldOwner(entry.Text("manager") ?? string.Empty, entry.Moment("time"));
            }
        }
    }
}
