using System.Text.Json;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Ownership;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Store;

/// <summary>The keys of one Secret, as versions.</summary>
/// <param name="Versions">The versions, without their values.</param>
internal sealed record SecretListing(IReadOnlyList<SecretVersion> Versions)
{
    /// <summary>Describes the keys whose address begins in a certain way; null where none does.</summary>
    public static SecretListing? Of(JsonElement secret, string store, string prefix, DateTimeOffset now)
    {
        var path = $"{secret.Text("metadata", "namespace")}/{secret.Text("metadata", "name")}";
        if (!path.StartsWith(prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var versions = new List<SecretVersion>();
        foreach (var member in secret.Members("data"))
        {
            if (SecretAddress.TryCreate(store, path, member.Name).Succeeded(out var address, out _)
                && member.Value.ValueKind == JsonValueKind.String && member.Value.TryGetBytesFromBase64(out var bytes))
            {
                using var value = SecretValue.Take(bytes);
                var written = FieldOwner.Of(secret, member.Name).Select(static owner => owner.At).Max() ?? secret.Moment("metadata", "creationTimestamp") ?? now;
                versions.Add(new SecretVersion(address, value.Fingerprint, SecretStage.Current, written) { Fingerprint = value.Fingerprint, Length = value.Length, Age = now - written });
            }
        }

        return new SecretListing(versions);
    }
}
