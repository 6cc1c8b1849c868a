using System.Collections.Concurrent;
using RotateSecrets.Aws.Versions;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Calls;

/// <summary>What was last written to each secret, for as long as the service may not show it yet.</summary>
/// <param name="time">The clock.</param>
internal sealed class RecentWrites(TimeProvider time)
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Write> writes = new(StringComparer.Ordinal);

    /// <summary>Notes a write, by how a view that shows it can be told.</summary>
    public void Note(SecretAddress address, Func<SecretView, bool> isShown) => writes[address.Path] = new Write(time.GetTimestamp(), isShown);

    /// <summary>Whether something was written that may not show yet.</summary>
    public bool IsUnsettled(SecretAddress address)
    {
        if (!writes.TryGetValue(address.Path, out var write))
        {
            return false;
        }

        if (time.GetElapsedTime(write.At) < Settled)
        {
            return true;
        }

        writes.TryRemove(KeyValuePair.Create(address.Path, write));
        return false;
    }

    /// <summary>Whether a view shows what was written; null stands for a secret that wasn't found.</summary>
    public bool Shows(SecretAddress address, SecretView? view) =>
        !IsUnsettled(address) || !writes.TryGetValue(address.Path, out var write) || (view is not null && write.IsShown(view));

    private sealed record Write(long At, Func<SecretView, bool> IsShown);
}
