using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Store;

/// <summary>Reads Secrets.</summary>
/// <param name="cluster">The cluster.</param>
internal sealed class SecretReader(Cluster cluster)
{
    /// <summary>Reads a Secret.</summary>
    /// <param name="address">For failures.</param>
    /// <param name="place">Which one.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>The Secret, which the caller disposes of.</returns>
    public async Task<Outcome<SecretDocument>> FindAsync(SecretAddress address, SecretPlace place, CancellationToken cancellation) =>
        (await cluster.Client.SendAsync(ApiCall.Get(ResourceKind.Secret, place.Namespace, place.Name, address.ToString()), cancellation)).Map(static reply => new SecretDocument(reply));

    /// <summary>Reads the one version that there is, with its value.</summary>
    /// <returns>The version; its value is the caller's to dispose of.</returns>
    public async Task<Outcome<SecretVersion>> ReadAsync(SecretAddress address, CancellationToken cancellation)
    {
        if (SecretPlace.Of(address, cluster.DefaultNamespace).Failed(out var failure, out var place)
            || (await FindAsync(address, place, cancellation)).Failed(out failure, out var found))
        {
            return failure;
        }

        using (found)
        {
            if (place.KeyIn(found, address, mustExist: true).Failed(out failure, out var key))
            {
                return failure;
            }

            var value = found.Value(key)!;
            return found.Describe(address, key, value, cluster.Time.GetUtcNow()) with { Value = value };
        }
    }
}

/// <summary>Which key an address means.</summary>
internal static class SecretKey
{
    /// <summary>The key that an address names, or the only one.</summary>
    public static Outcome<string> KeyIn(this SecretPlace place, SecretDocument found, SecretAddress address, bool mustExist)
    {
        var keys = found.Keys;
        var remedy = keys.Count == 0 ? "It has none." : $"It has: {string.Join(", ", keys)}.";
        return place.Key switch
        {
            null when keys.Count == 1 => keys[0],
            null => new Failure(FailureCode.ValueInvalid, address.ToString(), $"The Secret {place.Title} has {keys.Count} keys, and {address} doesn't say which one.")
            {
                Remedy = $"Write {address}#key. {remedy}",
            },
            { } key when mustExist && !keys.Contains(key, StringComparer.Ordinal) => new Failure(FailureCode.SecretNotFound, address.ToString(), $"The Secret {place.Title} has no key '{key}'.") { Remedy = remedy },
            { } key => key,
        };
    }
}
