using System.Runtime.CompilerServices;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation.Running;

/// <summary>The consumers that take part in a rotation.</summary>
internal static class ConsumersOf
{
    /// <summary>Finds them.</summary>
    /// <param name="run">The rotation.</param>
    /// <param name="version">The version that they are to have.</param>
    /// <param name="isEarly">Whether only those are meant that read the version's own stage: before the promotion nobody else can have it.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public static async IAsyncEnumerable<Outcome<Consumer>> FindAsync(
        RotationRun run, SecretVersion version, bool isEarly, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var found in run.Services.Consumers.FindAsync(version.Address, cancellation))
        {
            if (!found.Succeeded(out var consumer, out _)
                || (run.Plan.Consumers.Takes(consumer)
                    && (!isEarly || consumer.References.Any(reference => reference.Stage == version.Stage))))
            {
                yield return found;
            }
        }
    }
}
