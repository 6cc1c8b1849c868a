using System.Collections.Concurrent;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Vault.Agents;

/// <summary>The values that files are searched for, each read once from the store: files are looked at often, and the store is to be asked seldom.</summary>
internal sealed class KnownValues(ISecretStore store) : IDisposable
{
    private readonly ConcurrentDictionary<(SecretAddress Address, string Id), SecretValue> values = new();
    private readonly ConcurrentDictionary<SecretAddress, string> current = new();

    /// <summary>The value of a version; null where it can't be read any more.</summary>
    public async Task<SecretValue?> FindAsync(SecretVersion version, CancellationToken cancellation)
    {
        if (values.TryGetValue((version.Address, version.Id), out var known))
        {
            return known;
        }

        // Nobody is to be seen asking for a version that is on its way out.
        return version.Stage is not (SecretStage.Current or SecretStage.Pending) || (await store.ReadAsync(version.Address, VersionSelector.OfId(version.Id), cancellation)).Failed(out _, out var read)
            ? null
            : Keep(read);
    }

    /// <summary>The current version and its value, as it was when it was first asked for after the last change that was seen; null where there is none.</summary>
    public async Task<(string Id, SecretValue Value)?> CurrentAsync(SecretAddress address, CancellationToken cancellation)
    {
        if (current.TryGetValue(address, out var id) && values.TryGetValue((address, id), out var known))
        {
            return (id, known);
        }

        return (await store.ReadAsync(address, VersionSelector.Current, cancellation)).Succeeded(out var read, out _) ? (read.Id, Keep(read)) : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in values.Values)
        {
            value.Dispose();
        }

        values.Clear();
    }

    private SecretValue Keep(SecretVersion read)
    {
        if (read.Stage == SecretStage.Current)
        {
            current[read.Address] = read.Id;
        }

        var kept = values.GetOrAdd((read.Address, read.Id), read.Value!);
        if (!ReferenceEquals(kept, read.Value))
        {
            read.Value!.Dispose();
        }

        return kept;
    }
}
