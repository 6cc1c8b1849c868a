using System.Collections.Concurrent;
using RotateSecrets.Aws.Values;
using RotateSecrets.Aws.Versions;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Calls;

/// <summary>
/// What rotations know of the secrets that they work on. It may be outdated, and does no harm then: every change of a label names the version that it is taken from, and the
/// service refuses it where that isn't so any more.
/// </summary>
internal sealed class RotationScopes : IDisposable
{
    private readonly ConcurrentDictionary<string, RotationScope> open = new(StringComparer.Ordinal);

    public IStoreScope Enter(SecretAddress address, bool isUrgent)
    {
        while (true)
        {
            var scope = open.GetOrAdd(address.Path, path => new RotationScope(() => open.TryRemove(path, out _)));
            if (scope.TryEnter(isUrgent))
            {
                return new Entry(scope);
            }
        }
    }

    /// <summary>The scope of a secret that a rotation works on, or null.</summary>
    public RotationScope? Of(SecretAddress address) => open.GetValueOrDefault(address.Path);

    public void Dispose()
    {
        foreach (var scope in open.Values)
        {
            scope.Clear();
        }
    }

    private sealed class Entry(RotationScope scope) : IStoreScope
    {
        private readonly int before = scope.Requests;
        private int disposed;

        public int Requests => scope.Requests - before;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0)
            {
                scope.Leave();
            }
        }
    }
}

/// <summary>What is known of one secret while rotations work on it.</summary>
/// <param name="closed">Called as the last one leaves.</param>
internal sealed class RotationScope(Action closed)
{
    private readonly object gate = new();
    private readonly Dictionary<string, SecretContent> contents = new(StringComparer.Ordinal);
    private SecretView? view;
    private int entries;
    private bool isClosed;
    private int requests;

    public int Requests => Volatile.Read(ref requests);

    /// <summary>Whether one of them is an emergency.</summary>
    public bool IsUrgent { get; private set; }

    public SecretView? View
    {
        get
        {
            lock (gate)
            {
                return view;
            }
        }

        set
        {
            lock (gate)
            {
                view = value;
            }
        }
    }

    public void Count() => Interlocked.Increment(ref requests);

    /// <summary>Changes what is known, where something is.</summary>
    public void Change(Func<SecretView, SecretView> change)
    {
        lock (gate)
        {
            view = view is null ? null : change(view);
        }
    }

    /// <summary>A version's value never changes, so it needs to be read only once. The caller disposes of the copy.</summary>
    public SecretContent? ContentOf(string version)
    {
        lock (gate)
        {
            return contents.GetValueOrDefault(version)?.Copy();
        }
    }

    public void Remember(string version, SecretContent content)
    {
        lock (gate)
        {
            if (!isClosed && !contents.ContainsKey(version))
            {
                contents[version] = content.Copy();
            }
        }
    }

    public void Forget(string version)
    {
        lock (gate)
        {
            if (contents.Remove(version, out var content))
            {
                content.Dispose();
            }
        }
    }

    public bool TryEnter(bool isUrgent)
    {
        lock (gate)
        {
            IsUrgent |= isUrgent;
            entries += isClosed ? 0 : 1;
            return !isClosed;
        }
    }

    public void Leave()
    {
        lock (gate)
        {
            if (--entries > 0)
            {
                return;
            }

            isClosed = true;
        }

        closed();
        Clear();
    }

    public void Clear()
    {
        lock (gate)
        {
            foreach (var content in contents.Values)
            {
                content.Dispose();
            }

            contents.Clear();
            view = null;
        }
    }
}
