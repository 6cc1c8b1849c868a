using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;

namespace RotateSecrets.Rotation.Steps;

/// <summary>Waits out the time for which both values must work, counted from the promotion, whoever has waited before.</summary>
internal sealed class GraceStep : IRotationStep
{
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(1);

    public StepKind Kind => StepKind.Grace;

    public string Purpose => "Wait while both values work";

    public async Task<Outcome<StepReport>> DoAsync(RotationRun run, CancellationToken cancellation)
    {
        if (run.Options.Emergency || run.Plan.Grace == TimeSpan.Zero)
        {
            return new StepReport("No grace was asked for.");
        }

        var until = (run.Moment(Fact.PromotedAt) ?? run.Services.Time.GetUtcNow()) + run.Plan.Grace;
        while (run.Services.Time.GetUtcNow() < until)
        {
            await Task.Delay(Slice, run.Services.Time, cancellation);
        }

        return new StepReport($"Both values worked until {until:u}.");
    }
}
