using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Strategies;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation.Steps;

/// <summary>The steps that are one call of the strategy: stage, promote, restore, withdraw.</summary>
internal sealed class StoreStep : IRotationStep
{
    private readonly Func<RotationRun, CancellationToken, Task<Outcome<StepReport>>> work;

    private StoreStep(StepKind kind, string purpose, Func<RotationRun, CancellationToken, Task<Outcome<StepReport>>> work)
    {
        this.work = work;
        Kind = kind;
        Purpose = purpose;
    }

    public static StoreStep Stage { get; } = new(
        StepKind.Stage,
        "Write the new value where clients don't use it yet",
        static (run, cancellation) => WithAsync(run, (value, token) => run.Strategy.StageAsync(run, value, token), cancellation));

    public static StoreStep Promote { get; } = new(
        StepKind.Promote,
        "Make the new value what clients use",
        static (run, cancellation) => WithAsync(run, (value, token) => run.Strategy.PromoteAsync(run, value, token), cancellation));

    public static StoreStep Restore { get; } = new(
        StepKind.Restore,
        "Make the old value what clients use again",
        static async (run, cancellation) =>
        {
            var held = await run.UnsealAsync(CreateStep.Previous, cancellation);
            if (held.Failure is { Code: not FailureCode.VersionNotFound } failure)
            {
                return failure;
            }

            using var previous = held.Succeeded(out var value, out _) ? value : null;
            return await run.RestoreAsync(previous, cancellation);
        });

    public static StoreStep Withdraw { get; } = new(
        StepKind.Withdraw, "Destroy the new value", static (run, cancellation) => run.Strategy.WithdrawAsync(run, cancellation));

    public StepKind Kind { get; }

    public string Purpose { get; }

    public async Task<Outcome<StepReport>> DoAsync(RotationRun run, CancellationToken cancellation) =>
        (await work(run, cancellation)).Map(report => Kind switch
        {
            StepKind.Stage => report.With((Fact.StagedAt, run.Services.Time.GetUtcNow().ToString("O"))),
            StepKind.Promote => report.With((Fact.PromotedAt, run.Services.Time.GetUtcNow().ToString("O"))),
            _ => report,
        });

    private static async Task<Outcome<StepReport>> WithAsync(
        RotationRun run, Func<SecretValue, CancellationToken, Task<Outcome<StepReport>>> work, CancellationToken cancellation)
    {
        if (!(await run.UnsealAsync(CreateStep.Candidate, cancellation)).Succeeded(out var value, out var failure))
        {
            return failure;
        }

        using (value)
        {
            return await work(value, cancellation);
        }
    }
}
