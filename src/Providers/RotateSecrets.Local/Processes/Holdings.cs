using RotateSecrets.Consumers;
using RotateSecrets.Local.Services;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Processes;

/// <summary>Tells which values an instance has: what its record says that it was started with, and what its files hold now.</summary>
internal static class Holdings
{
    public static InstanceState Of(Service service, int number, ReplicaRecord? record, SecretVersion version)
    {
        var name = FormattableString.Invariant($"{number}");
        if (record is not { Process: { IsAlive: true } process })
        {
            return new InstanceState(name, Holding.Lacks, null, "it doesn't run");
        }

        var since = record.StartedAt ?? record.IntendedAt;
        if (Files(service, number, version).Any(path => Holds(path, version)))
        {
            return new InstanceState(name, Holding.Holds, since, "its file holds the value");
        }

        return record.Held.Any(held => held.Is(version))
            ? new InstanceState(name, Holding.Holds, since, $"process {process.Pid} was started with it at {since:u}")
            : new InstanceState(name, Holding.Lacks, since, $"process {process.Pid}, started at {since:u}, has another value");
    }

    private static IEnumerable<string> Files(Service service, int number, SecretVersion version) => service.Secrets
        .Where(binding => binding.Uptake == Uptake.Reload && binding.File is not null && binding.Variable is null)
        .Where(binding => version.Fingerprint is not null || binding.Address.Equals(version.Address))
        .Select(binding => service.Expand(binding.File!, number));

    private static bool Holds(string path, SecretVersion version)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            using var value = SecretValue.Take(bytes);
            return value.Fingerprint == version.Fingerprint;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
