namespace RotateSecrets.Peers.KubernetesFaults;

/// <summary>The faults that are still to come.</summary>
internal sealed class FaultTable
{
    private readonly Lock gate = new();
    private readonly List<Pending> faults = [];

    public void Add(IEnumerable<ApiFault> more)
    {
        lock (gate)
        {
            faults.AddRange(more.Select(static fault => new Pending(fault)));
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            faults.Clear();
        }
    }

    /// <summary>The first fault that fits a request, which counts it; null where none does.</summary>
    public ApiFault? Take(ApiRequest request)
    {
        lock (gate)
        {
            foreach (var pending in faults.Where(pending => pending.Fault.Fits(request)))
            {
                var number = pending.Seen++;
                if (number >= pending.Fault.After && number - pending.Fault.After < pending.Fault.Times)
                {
                    return pending.Fault;
                }
            }

            return null;
        }
    }

    private sealed class Pending(ApiFault fault)
    {
        public ApiFault Fault => fault;

        public int Seen { get; set; }
    }
}
