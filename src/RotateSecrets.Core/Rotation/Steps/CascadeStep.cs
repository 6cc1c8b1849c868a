using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;

namespace RotateSecrets.Rotation.Steps;

/// <summary>Rotates what was derived from this secret. A child that was rotated for it before is not rotated again.</summary>
internal sealed class CascadeStep : IRotationStep
{
    public StepKind Kind => StepKind.Cascade;

    public string Purpose => "Rotate what was derived from it";

    public async Task<Outcome<StepReport>> DoAsync(RotationRun run, CancellationToken cancellation)
    {
        if (run.Children.Count == 0)
        {
            return new StepReport(run.Plan.Derived.Count == 0 ? "Nothing was derived from it." : $"The rotation {run.Record.Parent} goes on with what was derived from it.");
        }

        var done = new List<string>();
        foreach (var child in run.Children)
        {
            if ((await run.RunChildAsync(run, child, cancellation)).Failed(out var failure, out var id))
            {
                return failure;
            }

            done.Add($"{child.Address} ({id})");
        }

        return new StepReport($"{string.Join(", ", done)}.");
    }
}
