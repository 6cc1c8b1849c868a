namespace RotateSecrets.Peers.GitHub.Http;

/// <summary>What goes wrong with a request.</summary>
public enum FaultKind
{
    /// <summary>500; nothing happens.</summary>
    ServerError,

    /// <summary>502 with a page of HTML; nothing happens.</summary>
    BadGateway,

    /// <summary>502 with a page of HTML, and it took effect.</summary>
    BadGatewayAfter,

    /// <summary>The connection ends before anything happens.</summary>
    DropBefore,

    /// <summary>It takes effect, and the connection ends before the answer.</summary>
    DropAfter,

    /// <summary>It takes effect, and half an answer comes.</summary>
    HalfAnswer,

    /// <summary>The answer comes late.</summary>
    Slow,
}

/// <summary>What goes wrong with the next requests to an endpoint.</summary>
/// <param name="Route">The endpoint, as the official description names it, or * for any.</param>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Times">How often.</param>
public sealed record Fault(string Route, FaultKind Kind, int Times = 1)
{
    /// <summary>How late a slow answer comes.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(300);
}

/// <summary>What is to go wrong.</summary>
internal sealed class Faults
{
    private readonly Lock gate = new();
    private readonly List<Fault> next = [];

    public void Add(IEnumerable<Fault> more)
    {
        lock (gate)
        {
            next.AddRange(more);
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            next.Clear();
        }
    }

    public Fault? Take(string route)
    {
        lock (gate)
        {
            var index = next.FindIndex(fault => fault.Route == route || fault.Route == "*");
            if (index < 0)
            {
                return null;
            }

            var fault = next[index];
            if (fault.Times > 1)
            {
                next[index] = fault with { Times = fault.Times - 1 };
            }
            else
            {
                next.RemoveAt(index);
            }

            return fault;
        }
    }
}
