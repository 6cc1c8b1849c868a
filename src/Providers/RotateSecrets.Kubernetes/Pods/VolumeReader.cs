using System.Text.Json;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Pods;

/// <summary>Finds the Secrets behind a volume.</summary>
internal static class VolumeReader
{
    private const string CsiDriver = "secrets-store.csi.k8s.io";

    // Drivers of disks and file systems name their credentials so; they are read when the volume is mounted.
    private static readonly string[][] CredentialPaths = [["secretRef", "name"], ["nodePublishSecretRef", "name"], ["secretName"]];

    /// <summary>Reads a volume.</summary>
    /// <param name="volume">The volume.</param>
    /// <param name="mounts">Where containers have it.</param>
    public static IEnumerable<SecretUse> Read(JsonElement volume, IReadOnlyList<VolumeMount> mounts)
    {
        var name = volume.Text("name") ?? string.Empty;
        if (volume.Text("secret", "secretName") is { } secret)
        {
            foreach (var key in Keys(volume.At("secret")))
            {
                foreach (var use in Mounted(secret, key, "Volume", name, mounts))
                {
                    yield return use;
                }
            }
        }

        foreach (var source in volume.Items("projected", "sources"))
        {
            if (source.Text("secret", "name") is { } projected)
            {
                foreach (var key in Keys(source.At("secret")))
                {
                    foreach (var use in Mounted(projected, key, "ProjectedVolume", name, mounts))
                    {
                        yield return use;
                    }
                }
            }
        }

        if (volume.Text("csi", "driver") == CsiDriver && volume.Text("csi", "volumeAttributes", "secretProviderClass") is { } provider)
        {
            yield return new SecretUse(UseSource.ProviderClass, provider, null, "CsiVolume", $"volume {name}, SecretProviderClass {provider}", Uptake.Restart);
        }

        foreach (var member in volume.Members().Where(static member => member.Name is not ("secret" or "projected" or "name")))
        {
            foreach (var path in CredentialPaths)
            {
                if (member.Value.Text(path) is { } credential)
                {
                    yield return new SecretUse(UseSource.Secret, credential, null, "VolumeCredential", $"volume {name} ({member.Name})", Uptake.Restart);
                }
            }
        }
    }

    // Without items, every key is a file.
    private static IEnumerable<string?> Keys(JsonElement source)
    {
        var items = source.Items("items").Select(static item => item.Text("key")).ToList();
        return items.Count == 0 ? [null] : items;
    }

    private static IEnumerable<SecretUse> Mounted(string secret, string? key, string kind, string volume, IReadOnlyList<VolumeMount> mounts)
    {
        if (mounts.Count == 0)
        {
            yield return new SecretUse(UseSource.Secret, secret, key, kind, $"volume {volume}", Uptake.Wait);
        }

        foreach (var mount in mounts)
        {
            yield return mount.SubPath is null
                ? new SecretUse(UseSource.Secret, secret, key, kind, $"{mount.Path} of {mount.Container}", Uptake.Wait)
                : new SecretUse(UseSource.Secret, secret, key, "SubPath", $"{mount.Path} of {mount.Container}, subPath {mount.SubPath}", Uptake.Restart);
        }
    }
}
