using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Strategies;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Steps;

/// <summary>Sees that everything can be done, and undone, before anything is touched.</summary>
internal sealed class PreflightStep : IRotationStep
{
    private const int MostTold = 5;

    public StepKind Kind => StepKind.Preflight;

    public string Purpose => "See that it can be done, and undone";

    public async Task<Outcome<StepReport>> DoAsync(RotationRun run, CancellationToken cancellation)
    {
        if ((await AccessAsync(run, cancellation)).Failed(out var denied, out var access))
        {
            return denied;
        }

        if (!(await run.FindCurrentAsync(cancellation)).Succeeded(out var found, out var failure))
        {
            return failure;
        }

        if ((await run.Strategy.PreflightAsync(run, found.Version, cancellation)).Failed(out var obstacle, out var way))
        {
            return obstacle;
        }

        if (!(await ConsumersAsync(run, cancellation)).Succeeded(out var consumers, out var unread))
        {
            return unread;
        }

        if (!run.Options.Emergency && await ProbeRound.BaselineFailureAsync(run, cancellation) is { } ill)
        {
            return ill;
        }

        return new StepReport(string.Join(' ', [way.Message, consumers, .. access.Findings]))
            .With((Fact.Previous, found.Version?.Id), (Fact.PreviousFingerprint, found.Version?.Fingerprint));
    }

    private static async Task<Outcome<StoreAccessReport>> AccessAsync(RotationRun run, CancellationToken cancellation)
    {
        var wanted = run.Strategy.Kind == StrategyKind.Delegated ? StoreAccess.Rotate & ~StoreAccess.Write : StoreAccess.Rotate;
        if (!(await run.Store.CheckAccessAsync(run.Plan.Address, wanted, cancellation)).Succeeded(out var access, out var failure))
        {
            return failure;
        }

        return access.Granted
            ? access
            : new Failure(
                FailureCode.AccessDenied,
                run.Plan.Address.ToString(),
                $"{run.Plan.Address} can't be rotated: {access.Missing} is not permitted. {string.Join(' ', access.Findings)}");
    }

    private static async Task<Outcome<string>> ConsumersAsync(RotationRun run, CancellationToken cancellation)
    {
        var obstacles = new List<Failure>();
        var taken = new List<(Consumer Consumer, IConsumerControl Control)>();
        await foreach (var found in run.Services.Consumers.FindAsync(run.Plan.Address, cancellation))
        {
            if (!found.Succeeded(out var consumer, out var failure))
            {
                return failure;
            }

            if (run.Plan.Consumers.Takes(consumer))
            {
                if (consumer.Obstacle is { } obstacle)
                {
                    obstacles.Add(obstacle);
                    continue;
                }

                if (run.Services.Consumers.ControlOf(consumer).Failed(out var uncontrolled, out var control))
                {
                    return uncontrolled;
                }

                taken.Add((consumer, control));
            }
        }

        if (obstacles.Count > 0)
        {
            return obstacles[0] with { Message = Said(obstacles, static one => one.Message)!, Remedy = Said(obstacles, static one => one.Remedy) };
        }

        var cautions = taken.SelectMany(static one => one.Consumer.Cautions).ToList();
        foreach (var together in taken.GroupBy(static one => one.Control, static one => one.Consumer))
        {
            if (together.Key is not IConsumerAccess access)
            {
                continue;
            }

            if ((await access.CheckAccessAsync([.. together], run.Strategy.SideOf(run), cancellation)).Failed(out var denied, out var known))
            {
                return denied;
            }

            cautions.AddRange(known);
        }

        return FormattableString.Invariant($"{taken.Count} consumers.{string.Concat(cautions.Distinct(StringComparer.Ordinal).Select(static caution => $" {caution}"))}");
    }

    // Whoever mends one would meet the next one only then.
    private static string? Said(List<Failure> all, Func<Failure, string?> part) => all.Select(part).OfType<string>().Distinct(StringComparer.Ordinal).Take(MostTold).ToList() is { Count: > 0 } told
        ? string.Join(' ', told)
        : null;
}
