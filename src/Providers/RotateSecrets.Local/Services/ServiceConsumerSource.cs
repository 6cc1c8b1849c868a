using System.Runtime.CompilerServices;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Services;

/// <summary>Finds the services of a services file. The file is read at every search, so that an edit counts at once.</summary>
internal sealed class ServiceConsumerSource(string path) : IConsumerSource
{
    /// <inheritdoc/>
    public string Name => path;

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<Consumer>> FindAsync(
        SecretAddress? address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        if (!ServicesFile.Load(path).Succeeded(out var file, out var failure))
        {
            yield return failure;
            yield break;
        }

        foreach (var service in file.Services)
        {
            foreach (var bindings in service.Secrets.Where(binding => address is null || binding.Address.Equals(address)).GroupBy(static binding => binding.Address))
            {
                cancellation.ThrowIfCancellationRequested();
                yield return new Consumer(
                    service.Kind.ToString(), service.Name, file.Path, bindings.Key, [.. bindings.Select(static binding => binding.ToReference())])
                {
                    Replicas = service.Replicas,
                    Health = [.. Enumerable.Range(1, service.Replicas).Select(service.HealthOf).OfType<Uri>()],
                };
            }
        }
    }
}
