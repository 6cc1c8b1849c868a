using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Running;

namespace RotateSecrets.Commands;

/// <summary>Says whether a plan can be carried out and undone, and how long it should take. It touches nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "RotationPlan", DefaultParameterSetName = PathSet)]
[OutputType(typeof(PlanReport), typeof(RotationPlan), typeof(bool))]
public sealed class TestRotationPlanCommand : RotationCommand
{
    private const string PathSet = "Path";
    private const string PlanSet = "Plan";

    /// <summary>Plan files, .psd1 or .json.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Plans, as New-RotationPlan makes them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = PlanSet)]
    public RotationPlan[] Plan { get; set; } = [];

    /// <summary>Reads the plan and what it refers to, and asks no store, consumer or service. Writes the plan.</summary>
    [Parameter]
    public SwitchParameter Offline { get; set; }

    /// <summary>As for an emergency: the state of services before doesn't matter.</summary>
    [Parameter]
    public SwitchParameter Emergency { get; set; }

    /// <summary>Answers with true or false alone, and writes no error.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var files = new PlanFile();
        foreach (var loaded in ParameterSetName == PlanSet ? Plan.Select(static plan => (Outcome<RotationPlan>)plan) : Path.Select(path => files.Load(FilePath(path))))
        {
            if (!loaded.Succeeded(out var plan, out var failure))
            {
                Answer(failure);
            }
            else if (Offline)
            {
                Answer(PlanCheck.CheckOffline(plan, files, Session.Generators), plan);
            }
            else if (TryAwait(Session.RotationServicesAsync, out var services))
            {
                var check = new PlanCheck(services);
                TryAwait(async cancellation => Outcome.Of(await check.CheckAsync(plan, new RotationOptions { Emergency = Emergency }, cancellation)), out var outcome);
                if (outcome.Succeeded(out var report, out var obstacle))
                {
                    WriteObject(Quiet ? true : report);
                }
                else
                {
                    Answer(obstacle);
                }
            }
        }
    }

    private void Answer(Failure? failure, RotationPlan? plan = null)
    {
        if (Quiet)
        {
            WriteObject(failure is null);
        }
        else if (failure is not null)
        {
            WriteFailure(failure);
        }
        else
        {
            WriteObject(plan);
        }
    }
}
