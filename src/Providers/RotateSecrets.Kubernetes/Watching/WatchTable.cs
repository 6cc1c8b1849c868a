namespace RotateSecrets.Kubernetes.Watching;

/// <summary>What a watch has seen, by key, and who waits for a change of it.</summary>
internal sealed class WatchTable<T>
    where T : class, IWatched
{
    private readonly object gate = new();
    private readonly Dictionary<string, T> byUid = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, T>> byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TaskCompletionSource> waiting = new(StringComparer.Ordinal);

    public IReadOnlyList<T> Of(string key)
    {
        lock (gate)
        {
            return byKey.TryGetValue(key, out var some) ? [.. some.Values] : [];
        }
    }

    public Task ChangeOf(string key)
    {
        lock (gate)
        {
            if (!waiting.TryGetValue(key, out var source))
            {
                waiting[key] = source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return source.Task;
        }
    }

    /// <summary>Replaces everything: after a list.</summary>
    public void Reset(IEnumerable<T> all)
    {
        lock (gate)
        {
            byUid.Clear();
            byKey.Clear();
            foreach (var one in all)
            {
                Add(one);
            }

            foreach (var key in waiting.Keys.ToList())
            {
                Tell(key);
            }
        }
    }

    public void Put(T one)
    {
        lock (gate)
        {
            if (byUid.TryGetValue(one.Uid, out var old))
            {
                byKey[old.Key].Remove(one.Uid);
            }

            Add(one);
            Tell(one.Key);
        }
    }

    public void Remove(T one)
    {
        lock (gate)
        {
            if (byUid.Remove(one.Uid, out var old))
            {
                byKey[old.Key].Remove(one.Uid);
                Tell(old.Key);
            }
        }
    }

    private void Add(T one)
    {
        byUid[one.Uid] = one;
        if (!byKey.TryGetValue(one.Key, out var some))
        {
            byKey[one.Key] = some = new Dictionary<string, T>(StringComparer.Ordinal);
        }

        some[one.Uid] = one;
    }

    private void Tell(string key)
    {
        if (waiting.Remove(key, out var source))
        {
            source.SetResult();
        }
    }
}
