using RotateSecrets.Consumers;
using RotateSecrets.Installation;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Local.Services;

/// <summary>Work on a service, by one operator at a time.</summary>
internal static class ServiceWork
{
    /// <summary>Where what is known of a service lies: in a folder of its own beside the services file, for its owner alone.</summary>
    public static string Folder(Consumer consumer) => Path.Combine(Path.GetDirectoryName(consumer.Scope)!, ".rotatesecrets", consumer.Name);

    /// <summary>Does work on a service, as its file declares it now, while nobody else works on it. The first failure ends it.</summary>
    /// <param name="consumer">The service.</param>
    /// <param name="work">The work.</param>
    /// <param name="time">The clock.</param>
    /// <param name="now">Gives up waiting for somebody else.</param>
    public static IAsyncEnumerable<Outcome<InstanceEvent>> RunAsync(
        Consumer consumer, Func<Service, IAsyncEnumerable<Outcome<InstanceEvent>>> work, TimeProvider time, CancellationToken now)
    {
        return FileFailure.GuardAsync(LockedAsync(), consumer.Id, $"What is known of {consumer} can't be written");

        async IAsyncEnumerable<Outcome<InstanceEvent>> LockedAsync()
        {
            if (!ServicesFile.Find(consumer).Succeeded(out var service, out var failure))
            {
                yield return failure;
                yield break;
            }

            var lockFile = Path.Combine(Folder(consumer), "lock");
            PrivateFile.Touch(lockFile);
            var patience = (service.StartTimeout + service.StopTimeout) * service.Replicas;
            if (!(await ServiceLock.TakeAsync(lockFile, service.Name, patience, time, now)).Succeeded(out var held, out var busy))
            {
                yield return busy;
                yield break;
            }

            using (held)
            {
                await foreach (var happened in work(service))
                {
                    yield return happened;
                }
            }
        }
    }
}
