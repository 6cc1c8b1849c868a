using k8s.Models;

namespace RotateSecrets.Peers.Kubelet.Secrets;

/// <summary>Why a pod can't start: as a kubelet words it.</summary>
internal sealed class UnresolvedException(string message, bool isVolume) : Exception(message)
{
    /// <summary>Whether it is a volume's; then the pod waits, else the container is ill.</summary>
    public bool IsVolume => isVolume;
}

/// <summary>Finds out what a pod gets from Secrets: now, at one go.</summary>
internal sealed class SecretResolver(SecretCache secrets, V1Pod pod)
{
    private long since;

    private string Scope => pod.Metadata.NamespaceProperty;

    /// <summary>All that its containers get when they start now.</summary>
    /// <exception cref="UnresolvedException">A Secret or a key that isn't optional isn't there.</exception>
    public async Task<Held> ResolveAsync(CancellationToken cancellation)
    {
        var held = await ResolveFilesAsync(cancellation);
        foreach (var container in AllContainers())
        {
            await ResolveVariablesAsync(container, held, cancellation);
        }

        return held;
    }

    /// <summary>What its volumes have now.</summary>
    /// <exception cref="UnresolvedException">A Secret or a key that isn't optional isn't there.</exception>
    public async Task<Held> ResolveFilesAsync(CancellationToken cancellation)
    {
        since = secrets.Now();
        var held = new Held();
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
            if (volume.Secret is { } source)
            {
                await AddFilesAsync(volume.Name, source.SecretName, source.Items, source.Optional, files, held, cancellation);
            }

            foreach (var projected in (volume.Projected?.Sources ?? []).Where(static projection => projection.Secret is not null))
            {
                await AddFilesAsync(volume.Name, projected.Secret.Name, projected.Secret.Items, projected.Secret.Optional, files, held, cancellation);
            }

            Mount(volume.Name, files, held);
        }

        return held;
    }

    private IEnumerable<V1Container> AllContainers() => [.. pod.Spec.InitContainers ?? [], .. pod.Spec.Containers];

    private void Mount(string volume, Dictionary<string, byte[]> files, Held held)
    {
        foreach (var container in AllContainers())
        {
            foreach (var mount in (container.VolumeMounts ?? []).Where(mount => mount.Name == volume))
            {
                if (!string.IsNullOrEmpty(mount.SubPath) && files.TryGetValue(mount.SubPath, out var single))
                {
                    held.AddFile(container.Name, mount.MountPath, single, isFixed: true);
                    continue;
                }

                foreach (var (path, value) in files.Where(_ => string.IsNullOrEmpty(mount.SubPath)))
                {
                    held.AddFile(container.Name, $"{mount.MountPath.TrimEnd('/')}/{path}", value, isFixed: false);
                }
            }
        }
    }

    private async Task AddFilesAsync(
        string volume, string name, IList<V1KeyToPath>? items, bool? optional, Dictionary<string, byte[]> files, Held held, CancellationToken cancellation)
    {
        var secret = await ReadAsync(name, held, cancellation);
        if (secret is null)
        {
            if (optional != true)
            {
                throw new UnresolvedException($"MountVolume.SetUp failed for volume \"{volume}\" : secret \"{name}\" not found", isVolume: true);
            }

            return;
        }

        // Every pod has its account's token; it isn't what a test is about.
        if (secret.Type == "kubernetes.io/service-account-token")
        {
            return;
        }

        var data = secret.Data ?? new Dictionary<string, byte[]>();
        foreach (var (key, path) in items is null or [] ? data.Keys.Select(static key => (key, key)) : items.Select(static item => (item.Key, item.Path)))
        {
            if (data.TryGetValue(key, out var value))
            {
                files[path] = value;
            }
            else if (optional != true)
            {
                throw new UnresolvedException($"MountVolume.SetUp failed for volume \"{volume}\" : references non-existent secret key: {key}", isVolume: true);
            }
        }
    }

    private async Task ResolveVariablesAsync(V1Container container, Held held, CancellationToken cancellation)
    {
        foreach (var from in (container.EnvFrom ?? []).Where(static from => from.SecretRef is not null))
        {
            var secret = await ReadAsync(from.SecretRef.Name, held, cancellation);
            if (secret is null && from.SecretRef.Optional != true)
            {
                throw new UnresolvedException($"secret \"{from.SecretRef.Name}\" not found", isVolume: false);
            }

            foreach (var (key, value) in secret?.Data ?? new Dictionary<string, byte[]>())
            {
                held.AddVariable(container.Name, from.Prefix + key, value);
            }
        }

        foreach (var variable in (container.Env ?? []).Where(static variable => variable.ValueFrom?.SecretKeyRef is not null))
        {
            var from = variable.ValueFrom.SecretKeyRef;
            var secret = await ReadAsync(from.Name, held, cancellation);
            if (secret?.Data?.TryGetValue(from.Key, out var value) == true)
            {
                held.AddVariable(container.Name, variable.Name, value);
            }
            else if (from.Optional != true)
            {
                throw new UnresolvedException(
                    secret is null ? $"secret \"{from.Name}\" not found" : $"couldn't find key {from.Key} in Secret {Scope}/{from.Name}", isVolume: false);
            }
        }
    }

    private Task<V1Secret?> ReadAsync(string name, Held held, CancellationToken cancellation)
    {
        held.Sources.Add(name);
        return secrets.ReadAsync(Scope, name, since, cancellation);
    }
}
