using RotateSecrets.Consumers;
using RotateSecrets.Local.Delivery;
using RotateSecrets.Local.Services;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Replicas;

/// <summary>Tells of each instance of a service which values it has. It only looks: whoever works on the service meanwhile isn't disturbed.</summary>
internal static class ReplicaProof
{
    public static Outcome<Convergence> Of(Consumer consumer, Service service, SecretVersion version, TimeProvider time)
    {
        try
        {
            var folder = new ReplicaFolder(ServiceWork.Folder(consumer));
            var states = Enumerable.Range(1, Math.Max(service.Replicas, folder.Largest()))
                .Select(number => new Replica(service, folder, number, time))
                .Select(replica => (replica.IsSurplus, State: StateOf(service, replica, version)))
                .Where(static seen => !seen.IsSurplus || seen.State.Since is not null)
                .Select(static seen => seen.State)
                .ToList();

            // A service that doesn't run at all holds nothing, and is not to be started by a rotation.
            return new Convergence(consumer, version.Id, states.TrueForAll(static state => state.Since is null) ? [] : states);
        }
        catch (Exception e) when (FileFailure.Fits(e))
        {
            return FileFailure.Of(e, consumer.Id, $"What is known of {consumer} can't be read");
        }
    }

    private static InstanceState StateOf(Service service, Replica replica, SecretVersion version)
    {
        var session = replica.Sessions().FirstOrDefault();
        if (session is null)
        {
            return replica.IsUndecided
                ? new InstanceState(replica.Name, Holding.Unknown, replica.Record!.StartedAt, "somebody is starting it, or was about to")
                : new InstanceState(replica.Name, Holding.Lacks, null, "it doesn't run");
        }

        var process = FormattableString.Invariant($"process {session.Leader.Pid}");
        if (replica.Record is not { } record || !replica.IsRecorded(session))
        {
            return new InstanceState(replica.Name, Holding.Unknown, DateTimeOffset.UnixEpoch, $"{process} runs, and no record tells with which values");
        }

        var (holding, evidence) = Holdings.Of(service, replica.Number, record.Held, version);
        return new InstanceState(replica.Name, holding, record.StartedAt, FormattableString.Invariant($"{process}, started at {record.StartedAt:u}, {evidence}"));
    }
}
