using System.Collections.Concurrent;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Vault;

/// <summary>Which secrets rotations work on, and how many requests were made for each.</summary>
internal sealed class RotationScopes
{
    private readonly ConcurrentDictionary<string, Scope> scopes = new(StringComparer.Ordinal);

    /// <summary>A rotation begins to work on a secret.</summary>
    public IStoreScope Enter(SecretAddress address)
    {
        var scope = scopes.GetOrAdd(address.ToString(), static _ => new Scope());
        Interlocked.Increment(ref scope.Entries);
        return new Entry(scope);
    }

    /// <summary>Whether a rotation works on what a call is about.</summary>
    public bool IsOpen(string target) => scopes.TryGetValue(target, out var scope) && Volatile.Read(ref scope.Entries) > 0;

    /// <summary>Counts a request.</summary>
    public void Count(string target)
    {
        if (scopes.TryGetValue(target, out var scope))
        {
            Interlocked.Increment(ref scope.Requests);
        }
    }

    private sealed class Scope
    {
        public int Entries;
        public int Requests;
    }

    private sealed class Entry(Scope scope) : IStoreScope
    {
        private readonly int before = Volatile.Read(ref scope.Requests);
        private int disposed;

        public int Requests => Volatile.Read(ref scope.Requests) - before;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0)
            {
                Interlocked.Decrement(ref scope.Entries);
            }
        }
    }
}
