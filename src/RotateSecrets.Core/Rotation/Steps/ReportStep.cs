using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;

namespace RotateSecrets.Rotation.Steps;

/// <summary>Closes the record: destroys what the journal held sealed, unless a debt still needs it.</summary>
internal sealed class ReportStep : IRotationStep
{
    private readonly RotationState outcome;

    private ReportStep(RotationState outcome) => this.outcome = outcome;

    public static ReportStep Completed { get; } = new(RotationState.Completed);

    public static ReportStep Undone { get; } = new(RotationState.Undone);

    public StepKind Kind => StepKind.Report;

    public string Purpose => "Close the record";

    /// <summary>What the rotation comes to.</summary>
    public RotationState OutcomeOf(RotationRun run) =>
        outcome == RotationState.Completed && run.Owes ? RotationState.CompletedWithDebt : outcome;

    public async Task<Outcome<StepReport>> DoAsync(RotationRun run, CancellationToken cancellation) =>
        OutcomeOf(run) == RotationState.CompletedWithDebt
            ? new StepReport("The old value stays sealed until its revocation, which is owed, was made.")
            : (await run.Services.Journal.ForgetAsync(run.Lease, cancellation)).Map(static _ => new StepReport("What the journal held sealed is destroyed."));
}
