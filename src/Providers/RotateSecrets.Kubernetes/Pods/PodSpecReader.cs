using System.Text.Json;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Pods;

/// <summary>Finds every place of a pod's specification through which it gets a value: in its containers, its init containers and its ephemeral ones.</summary>
internal static class PodSpecReader
{
    private static readonly string[] ContainerLists = ["containers", "initContainers", "ephemeralContainers"];

    /// <summary>Reads a pod's metadata and specification, or a template's.</summary>
    /// <param name="template">What has <c>metadata</c> and <c>spec</c>.</param>
    public static IEnumerable<SecretUse> Read(JsonElement template)
    {
        var spec = template.At("spec");
        foreach (var list in ContainerLists)
        {
            foreach (var container in spec.Items(list))
            {
                foreach (var use in Environment(container, list))
                {
                    yield return use;
                }
            }
        }

        foreach (var volume in spec.Items("volumes"))
        {
            foreach (var use in VolumeReader.Read(volume, Mounts(spec, volume.Text("name"))))
            {
                yield return use;
            }
        }

        foreach (var pull in spec.Items("imagePullSecrets"))
        {
            if (pull.Text("name") is { } name)
            {
                yield return new SecretUse(UseSource.Secret, name, null, "ImagePull", "imagePullSecrets", Uptake.Restart);
            }
        }

        foreach (var use in InjectorAnnotations.Read(template.At("metadata", "annotations")))
        {
            yield return use;
        }
    }

    private static IEnumerable<SecretUse> Environment(JsonElement container, string list)
    {
        var name = $"{container.Text("name")}{list switch { "initContainers" => " (init)", "ephemeralContainers" => " (ephemeral)", _ => string.Empty }}";
        foreach (var variable in container.Items("env"))
        {
            if (variable.Text("valueFrom", "secretKeyRef", "name") is { } secret)
            {
                yield return new SecretUse(
                    UseSource.Secret, secret, variable.Text("valueFrom", "secretKeyRef", "key"), "EnvironmentVariable", $"{variable.Text("name")} of {name}", Uptake.Restart);
            }
        }

        foreach (var source in container.Items("envFrom"))
        {
            if (source.Text("secretRef", "name") is { } secret)
            {
                yield return new SecretUse(UseSource.Secret, secret, null, "Environment", $"envFrom of {name}{(source.Text("prefix") is { } prefix ? $", prefix {prefix}" : string.Empty)}", Uptake.Restart);
            }
        }
    }

    private static List<VolumeMount> Mounts(JsonElement spec, string? volume)
    {
        var mounts = new List<VolumeMount>();
        foreach (var list in ContainerLists)
        {
            foreach (var container in spec.Items(list))
            {
                foreach (var mount in container.Items("volumeMounts"))
                {
                    if (mount.Text("name") == volume)
                    {
                        mounts.Add(new VolumeMount(container.Text("name") ?? string.Empty, mount.Text("mountPath") ?? string.Empty, mount.Text("subPath") ?? mount.Text("subPathExpr")));
                    }
                }
            }
        }

        return mounts;
    }
}

/// <summary>Where a container has a volume.</summary>
/// <param name="Container">The container.</param>
/// <param name="Path">The path.</param>
/// <param name="SubPath">The part of the volume; null for all of it. A part never gets a new value.</param>
internal sealed record VolumeMount(string Container, string Path, string? SubPath);
