using System.Runtime.CompilerServices;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Consumers;

/// <summary>All places where consumers are found, and all that acts on them.</summary>
/// <param name="Sources">Where they are found.</param>
/// <param name="Controls">What acts on them.</param>
public sealed record ConsumerCatalog(IReadOnlyList<IConsumerSource> Sources, IReadOnlyList<IConsumerControl> Controls)
{
    /// <summary>Finds every consumer of a secret, one source after another. What can't be read is a failure, and the search goes on.</summary>
    /// <param name="address">The secret; null for the consumers of any secret.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public async IAsyncEnumerable<Outcome<Consumer>> FindAsync(
        SecretAddress? address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var source in Sources)
        {
            await foreach (var consumer in source.FindAsync(address, cancellation))
            {
                yield return consumer;
            }
        }
    }

    /// <summary>What acts on a consumer.</summary>
    /// <param name="consumer">The consumer.</param>
    public Outcome<IConsumerControl> ControlOf(Consumer consumer) =>
        Controls.FirstOrDefault(control => control.Controls(consumer)) is { } found
            ? Outcome.Of(found)
            : new Failure(FailureCode.ConsumerNotFound, consumer.Id, $"Nothing that is connected acts on {consumer}.")
            {
                Remedy = "Connect the store through which it was found; or leave it out with Exclude in the plan's Consumers, and see to it yourself.",
            };

    /// <summary>Tells of every consumer of a secret whether each of its instances has a version.</summary>
    /// <param name="version">The version.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>A proof for each consumer; a failure where one can't be had, which is as bad as an instance that lacks the version.</returns>
    public async IAsyncEnumerable<Outcome<Convergence>> ProveAsync(
        SecretVersion version, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var found in FindAsync(version.Address, cancellation))
        {
            if (!found.Succeeded(out var consumer, out var unread))
            {
                yield return unread;
            }
            else if (!ControlOf(consumer).Succeeded(out var control, out var missing))
            {
                yield return missing;
            }
            else
            {
                yield return await control.ProveAsync(consumer, version, cancellation);
            }
        }
    }
}
