namespace RotateSecrets.Vault.KeyValue;

/// <summary>
/// Keeps the version of each secret that was read last, so that a write that changes one key needn't read the others again. A version never changes: what is kept
/// is right for as long as the write's compare-and-set says that it is still the latest.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class DocumentShelf(TimeProvider time) : IDisposable
{
    private const int Room = 16;

    private readonly object gate = new();
    private readonly LinkedList<(string Path, int Version, SecretDocument Document, long At)> kept = new();

    /// <summary>Keeps a document, which is the shelf's from here on.</summary>
    public void Keep(string path, int version, SecretDocument document)
    {
        lock (gate)
        {
            Drop(path);
            kept.AddLast((path, version, document, time.GetTimestamp()));
            if (kept.Count > Room)
            {
                kept.First!.Value.Document.Dispose();
                kept.RemoveFirst();
            }
        }
    }

    /// <summary>Takes a document off the shelf; null where another version of it, or none, is there.</summary>
    public SecretDocument? Take(string path, int version)
    {
        lock (gate)
        {
            for (var node = kept.First; node is not null; node = node.Next)
            {
                if (node.Value.Path == path && node.Value.Version == version)
                {
                    kept.Remove(node);
                    return node.Value.Document;
                }
            }

            return null;
        }
    }

    /// <summary>A copy of a document that came here lately, which stays on the shelf; null where there is none.</summary>
    /// <returns>The copy, which the caller disposes of.</returns>
    public SecretDocument? Copy(string path, int version, TimeSpan atMost)
    {
        lock (gate)
        {
            return kept.FirstOrDefault(one => one.Path == path && one.Version == version && time.GetElapsedTime(one.At) < atMost).Document?.Copy();
        }
    }

    /// <summary>Takes away what is kept of a secret.</summary>
    public void Forget(string path)
    {
        lock (gate)
        {
            Drop(path);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            foreach (var (_, _, document, _) in kept)
            {
                document.Dispose();
            }

            kept.Clear();
        }
    }

    private void Drop(string path)
    {
        for (var node = kept.First; node is not null; node = node.Next)
        {
            if (node.Value.Path == path)
            {
                node.Value.Document.Dispose();
                kept.Remove(node);
                return;
            }
        }
    }
}
