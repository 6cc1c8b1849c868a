using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;

namespace RotateSecrets.Commands;

/// <summary>Carries out the whole rotation of a secret: journaled, resumable, reversible.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "SecretRotation", DefaultParameterSetName = PathSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(SecretRotation), typeof(RotationEvent), typeof(RotationStep))]
public sealed class InvokeSecretRotationCommand : RotationRunCommand
{
    private const string PathSet = "Path";
    private const string PlanSet = "Plan";
    private const string AddressSet = "Address";

    private readonly List<RotationPlan> plans = [];

    /// <summary>Plan files, .psd1 or .json. What begins with the name of a connected store is taken for an address.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Plans, as New-RotationPlan makes them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = PlanSet)]
    public RotationPlan[] Plan { get; set; } = [];

    /// <summary>A secret, rotated by a plan that leaves everything as it is by default.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = AddressSet)]
    [ArgumentCompleter(typeof(SecretAddressCompleter))]
    public AddressArgument[] Address { get; set; } = [];

    /// <summary>The new value, where it is given and not to be generated. Only for a single secret.</summary>
    [Parameter]
    [SecretValueTransformation]
    public SecretValue? Value { get; set; }

    /// <summary>The value has leaked: the state of services before doesn't matter, waves and grace are left out.</summary>
    [Parameter]
    public SwitchParameter Emergency { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == PlanSet)
        {
            plans.AddRange(Plan);
        }
        else if (ParameterSetName == AddressSet)
        {
            foreach (var argument in Address)
            {
                Take(argument.Address.Map(static address => new RotationPlan(address)));
            }
        }
        else
        {
            foreach (var path in Path)
            {
                if (SecretAddress.TryParse(path).Succeeded(out var address, out _) && Session.Store(address.Store).Failure is null)
                {
                    plans.Add(new RotationPlan(address));
                    continue;
                }

                foreach (var file in Files(path))
                {
                    Take(new PlanFile().Load(file));
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var isGiven = MyInvocation.BoundParameters.ContainsKey(nameof(Value));
        if (plans.Count == 0 || (isGiven && !IsUsable(Value)) || !TryAwait(Session.RotationServicesAsync, out var services))
        {
            return;
        }

        if (isGiven && plans.Count > 1)
        {
            ThrowFailure(new Failure(FailureCode.ValueInvalid, "value", $"One value can't be given to {plans.Count} secrets."));
            return;
        }

        var options = new RotationOptions { Emergency = Emergency, Value = Value };
        var reports = Check(services, options);
        var willing = reports.Where(Confirmed).Select(static report => report.Plan).ToList();
        if (willing.Count > 0)
        {
            var estimate = reports.Max(static report => report.Duration);
            Run(services, options, willing.Count, estimate, (runner, how) => runner.RunAsync(willing, how, StopRequest));
        }
    }

    private void Take(Outcome<RotationPlan> plan)
    {
        if (plan.Succeeded(out var taken, out var failure))
        {
            plans.Add(taken);
        }
        else
        {
            WriteFailure(failure);
        }
    }

    private IEnumerable<string> Files(string pattern) =>
        WildcardPattern.ContainsWildcardCharacters(pattern)
            ? SessionState.Path.GetResolvedProviderPathFromPSPath(pattern, out _)
            : [FilePath(pattern)];

    // What can't be begun is said before anybody is asked.
    private List<PlanReport> Check(RotationServices services, RotationOptions options)
    {
        var check = new PlanCheck(services);
        var reports = new List<PlanReport>();
        foreach (var plan in plans)
        {
            if (TryAwait(cancellation => check.CheckAsync(plan, options, cancellation), out var report))
            {
                reports.Add(report);
            }
        }

        return reports;
    }

    private bool Confirmed(PlanReport report)
    {
        var willing = ShouldProcess(
            $"{report.Plan.Address}, {report.Strategy}, about {Math.Ceiling(report.Duration.TotalSeconds)} s, to undo about {Math.Ceiling(report.UndoDuration.TotalSeconds)} s. {report.Finding}",
            "Rotate the secret");
        if (!willing && MyInvocation.BoundParameters.TryGetValue("WhatIf", out var whatIf) && LanguagePrimitives.IsTrue(whatIf))
        {
            WriteObject(report.Steps, enumerateCollection: true);
        }

        return willing;
    }
}
