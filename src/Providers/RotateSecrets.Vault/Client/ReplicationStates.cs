using System.Globalization;
using System.Text;

namespace RotateSecrets.Vault.Client;

/// <summary>
/// What the server's answers said of the state that they rest on. Sent along with the next request, it keeps a node that lags behind from answering with what was before. Servers that have one node, and
/// Vault's community edition, say nothing of it. Source: Vault's page "Eventual consistency", and OpenBao's RFC "Index headers".
/// </summary>
internal sealed class ReplicationStates
{
    /// <summary>The header, of answers and requests.</summary>
    public const string Header = "X-Vault-Index";

    // As many as a client of the server's own keeps: one for what is replicated between clusters, and one for what isn't.
    private const int Most = 2;

    private readonly object gate = new();
    private IReadOnlyList<State> states = [];

    /// <summary>The states that a node has to have reached.</summary>
    public IReadOnlyList<string> Required
    {
        get
        {
            lock (gate)
            {
                return [.. states.Select(static state => state.Text)];
            }
        }
    }

    /// <summary>Notes what an answer said. What it covers is dropped, and so is it where it is covered.</summary>
    /// <param name="text">The header of the answer; null where it has none.</param>
    public void Note(string? text)
    {
        // It is sent back as a header, so it must be one.
        if (text is not { Length: > 0 and < 1024 } || text.AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0)
        {
            return;
        }

        var fresh = State.Of(text);
        lock (gate)
        {
            states = states.Any(known => known.Covers(fresh)) ? states : [.. states.Where(known => known.IsBeside(fresh) && !fresh.Covers(known)).TakeLast(Most - 1), fresh];
        }
    }

    /// <summary>A state: <c>v1:cluster:local index:replicated index:HMAC</c> in base64. One that is written otherwise can't be compared, and the youngest counts.</summary>
    private sealed record State(string Text, string? Cluster, ulong Local, ulong Replicated)
    {
        public static State Of(string text)
        {
            var bytes = new byte[text.Length];
            return Convert.TryFromBase64String(text, bytes, out var count)
                && Encoding.UTF8.GetString(bytes, 0, count).Split(':') is ["v1", var cluster, var local, var replicated, ..]
                && ulong.TryParse(local, NumberStyles.None, CultureInfo.InvariantCulture, out var own)
                && ulong.TryParse(replicated, NumberStyles.None, CultureInfo.InvariantCulture, out var shared)
                    ? new State(text, cluster, own, shared)
                    : new State(text, null, 0, 0);
        }

        // States of another cluster mean nothing to the one that answers now.
        public bool IsBeside(State other) => Cluster is not null && Cluster == other.Cluster;

        public bool Covers(State other) => Text == other.Text || (IsBeside(other) && Local >= other.Local && Replicated >= other.Replicated);
    }
}
