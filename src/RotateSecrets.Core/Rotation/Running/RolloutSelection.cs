using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Strategies;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation.Running;

/// <summary>Whom a roll-out is for: it asks the instances themselves, and not what the journal says was done to them.</summary>
internal static class RolloutSelection
{
    /// <summary>Those of whom not every instance has a version.</summary>
    public static Task<Outcome<IReadOnlyList<Consumer>>> LackingAsync(
        RotationRun run, SecretVersion version, bool isEarly, CancellationToken cancellation) =>
        WhereAsync(run, version, isEarly, static convergence => !convergence.IsProven, cancellation);

    /// <summary>Those of whom not every instance has a version, and those of whom only a run can show that it works, where the plan wants one.</summary>
    public static Task<Outcome<IReadOnlyList<Consumer>>> UnverifiedAsync(
        RotationRun run, SecretVersion version, bool isEarly, CancellationToken cancellation) =>
        WhereAsync(run, version, isEarly, convergence => !convergence.IsProven || IsShownByRun(run, convergence.Consumer), cancellation);

    /// <summary>Whether only a run can show that a value works for a consumer, and the plan wants one.</summary>
    public static bool IsShownByRun(RotationRun run, Consumer consumer) => run.Plan.Runs?.Workflow is not null && consumer.Uptake == Uptake.NextRun;

    /// <summary>Those who have the old value, and those who lack the new one, as long as no newer one has come.</summary>
    public static async Task<Outcome<IReadOnlyList<Consumer>>> DroppingAsync(RotationRun run, CancellationToken cancellation)
    {
        if (run.Previous() is not { } previous)
        {
            return await None();
        }

        return (await run.FindCurrentAsync(cancellation)).Failed(out var failure, out var current)
            ? failure
            : await EitherAsync(run, previous, current.IsCandidateOf(run) ? run.Strategy.Final(run) : null, cancellation);
    }

    /// <summary>Those who have what they should no longer have, and those who lack what they should.</summary>
    public static async Task<Outcome<IReadOnlyList<Consumer>>> EitherAsync(
        RotationRun run, SecretVersion gone, SecretVersion? kept, CancellationToken cancellation)
    {
        if (!(await WhereAsync(run, gone, isEarly: false, static one => one.Instances.Any(static instance => instance.Holding != Holding.Lacks), cancellation))
            .Succeeded(out var having, out var failure))
        {
            return failure;
        }

        if (kept is null)
        {
            return Outcome.Of(having);
        }

        return (await LackingAsync(run, kept, isEarly: false, cancellation)).Map<IReadOnlyList<Consumer>>(
            lacking => [.. having.UnionBy(lacking, static consumer => consumer.Id, StringComparer.Ordinal)]);
    }

    /// <summary>Nobody.</summary>
    public static Task<Outcome<IReadOnlyList<Consumer>>> None() => Task.FromResult(Outcome.Of<IReadOnlyList<Consumer>>([]));

    private static async Task<Outcome<IReadOnlyList<Consumer>>> WhereAsync(
        RotationRun run, SecretVersion version, bool isEarly, Func<Convergence, bool> needsIt, CancellationToken cancellation)
    {
        var needing = new List<Consumer>();
        await foreach (var found in ConsumersOf.FindAsync(run, version, isEarly, cancellation))
        {
            if (!found.Succeeded(out var consumer, out var failure)
                || !run.Services.Consumers.ControlOf(consumer).Succeeded(out var control, out failure)
                || !(await control.ProveAsync(consumer, version, cancellation)).Succeeded(out var convergence, out failure))
            {
                return failure;
            }

            if (needsIt(convergence))
            {
                needing.Add(consumer with { Version = version });
            }
        }

        return needing;
    }
}
