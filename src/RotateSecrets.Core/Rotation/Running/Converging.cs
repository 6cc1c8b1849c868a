using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation.Running;

/// <summary>Waits until every instance that should has a version, and until none has one that it shouldn't.</summary>
internal static class Converging
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits until every instance has the version.</summary>
    /// <returns>What was seen, in words, or <see cref="FailureCode.NotConverged"/> naming who lacks it.</returns>
    public static Task<Outcome<string>> AwaitAsync(RotationRun run, SecretVersion version, bool isEarly, CancellationToken cancellation) =>
        AwaitAsync(run, version, isEarly, static instance => instance.Holding == Holding.Holds, "lack", cancellation);

    /// <summary>Waits until no instance has the version.</summary>
    /// <returns>What was seen, in words, or <see cref="FailureCode.NotConverged"/> naming who has it.</returns>
    public static Task<Outcome<string>> AwaitGoneAsync(RotationRun run, SecretVersion version, CancellationToken cancellation) =>
        AwaitAsync(run, version, false, static instance => instance.Holding == Holding.Lacks, "have", cancellation);

    private static async Task<Outcome<string>> AwaitAsync(
        RotationRun run, SecretVersion version, bool isEarly, Func<InstanceState, bool> isRight, string word, CancellationToken cancellation)
    {
        var began = run.Services.Time.GetTimestamp();
        while (true)
        {
            var right = 0;
            var within = TimeSpan.Zero;
            var wrong = new List<string>();
            await foreach (var found in ConsumersOf.FindAsync(run, version, isEarly, cancellation))
            {
                if (!found.Succeeded(out var consumer, out var failure)
                    || !run.Services.Consumers.ControlOf(consumer).Succeeded(out var control, out failure)
                    || !(await control.ProveAsync(consumer, version, cancellation)).Succeeded(out var convergence, out failure))
                {
                    return failure;
                }

                right += convergence.Instances.Count(isRight);
                var before = wrong.Count;
                wrong.AddRange(convergence.Instances.Where(instance => !isRight(instance)).Select(instance => $"{consumer} {instance.Instance}: {instance.Evidence}"));

                // Who gets it by itself after a while can't be late before that.
                within = wrong.Count > before && consumer.Within > within ? consumer.Within : within;
            }

            if (wrong.Count == 0)
            {
                return $"{right} instances were asked.";
            }

            if (run.Services.Time.GetElapsedTime(began) >= run.Plan.ConvergenceDeadline + within)
            {
                return new Failure(
                    FailureCode.NotConverged,
                    version.Address.ToString(),
                    $"{wrong.Count} instances still {word} version {version.Id} of {version.Address}: {string.Join("; ", wrong.Take(5))}.");
            }

            await Task.Delay(Pause, run.Services.Time, cancellation);
        }
    }
}
