using System.Threading.Channels;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Steps;
using RotateSecrets.Rotation.Strategies;
using RotateSecrets.Secrets.Generation;

namespace RotateSecrets.Rotation.Running;

/// <summary>Looks at a plan as if it were carried out, and touches nothing.</summary>
/// <param name="services">What rotations need of the world.</param>
public sealed class PlanCheck(RotationServices services)
{
    /// <summary>Checks what a plan says, and the plans it refers to, without asking anybody.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="plans">Where plans are read from.</param>
    /// <param name="generators">What makes values.</param>
    /// <returns>What is wrong; null where nothing is.</returns>
    public static Failure? CheckOffline(RotationPlan plan, IPlanSource plans, SecretGenerators generators) =>
        generators.Of(plan.Value.Format, plan.Value.Options).Failure ?? PlanGraph.Descendants(plan, plans).Failure;

    /// <summary>Checks that a plan can be carried out, and undone.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="options">How it would be run.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public async Task<Outcome<PlanReport>> CheckAsync(RotationPlan plan, RotationOptions options, CancellationToken cancellation)
    {
        if (!services.Values.Make(plan.Value).Succeeded(out var sample, out var failure))
        {
            return failure;
        }

        sample.Dispose();
        if (!PlanGraph.Descendants(plan, services.Plans).Succeeded(out var children, out failure)
            || !services.Stores.StoreOf(plan.Address).Succeeded(out var store, out failure)
            || !(await RotationStrategy.ChooseAsync(plan.Strategy, store, plan.Address, cancellation)).Succeeded(out var strategy, out failure))
        {
            return failure;
        }

        var record = new SecretRotation("check").With(new RotationEvent("check", services.Time.GetUtcNow(), RotationEventKind.Begun)
        {
            Facts = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [Fact.Address] = plan.Address.ToString(),
                [Fact.Strategy] = strategy.Kind.ToString(),
            },
        });
        using var run = new RotationRun(
            services, plan, options, store, record, new RotationLease(string.Empty, record.Id, 0, string.Empty), Channel.CreateUnbounded<Outcome<RotationEvent>>().Writer)
        {
            Children = children,
            RunChildAsync = static (_, child, _) => Task.FromResult<Outcome<string>>(child.Address.ToString()),
        };
        if ((await new PreflightStep().DoAsync(run, cancellation)).Failed(out var obstacle, out var preflight))
        {
            return obstacle;
        }

        var forecast = await StepForecast.OfAsync(run, cancellation);
        var forward = Steps(StepSequence.Forward, forecast);
        return new PlanReport(plan, strategy.Kind, preflight.Message, forward, Total(forward), Total(Steps(StepSequence.Back, forecast)));
    }

    private static TimeSpan Total(IEnumerable<RotationStep> steps) => steps.Aggregate(TimeSpan.Zero, static (sum, step) => sum + step.Estimate);

    private static List<RotationStep> Steps(IReadOnlyList<(int Number, IRotationStep Step)> sequence, StepForecast forecast) =>
        [.. sequence.Select(entry => forecast.Of(entry.Number, entry.Step))];
}

/// <summary>What looking at a plan came to.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Strategy">How the new value would take the old one's place.</param>
/// <param name="Finding">What was found, for people: how the way back stays open, and how many consumers there are.</param>
/// <param name="Steps">What would be done.</param>
/// <param name="Duration">How long it should take.</param>
/// <param name="UndoDuration">How long the way back should take, from its farthest point.</param>
public sealed record PlanReport(
    RotationPlan Plan, StrategyKind Strategy, string Finding, IReadOnlyList<RotationStep> Steps, TimeSpan Duration, TimeSpan UndoDuration)
{
    /// <summary>Address and finding.</summary>
    public override string ToString() => $"{Plan.Address}: {Finding}";
}
