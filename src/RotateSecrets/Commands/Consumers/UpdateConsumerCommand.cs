using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Commands;

/// <summary>Points the references of consumers to another secret, or to another key of one; or gives them a variable that leads to one.</summary>
[Cmdlet(VerbsData.Update, "Consumer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium, DefaultParameterSetName = ReferenceSet)]
[OutputType(typeof(Repointing))]
public sealed class UpdateConsumerCommand : RotationCommand
{
    private const string ReferenceSet = "Reference";
    private const string VariableSet = "Variable";
    private const string NamedSet = "Named";

    /// <summary>The consumers, as Get-Consumer finds them: their references to the secret that they were found for are changed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ReferenceSet)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = VariableSet)]
    public Consumer[] Consumer { get; set; } = [];

    /// <summary>The kind of a workload that may use no secret yet, such as Deployment.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NamedSet)]
    [ValidateNotNullOrEmpty]
    public string Kind { get; set; } = string.Empty;

    /// <summary>The names of workloads of that kind, where the secret is.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NamedSet)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>The secret that the references, or the variable, are to lead to.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ArgumentCompleter(typeof(SecretAddressCompleter))]
    public AddressArgument To { get; set; } = null!;

    /// <summary>The name of a variable of the environment that is to lead there, and needn't be there yet.</summary>
    [Parameter(Mandatory = true, ParameterSetName = VariableSet)]
    [Parameter(Mandatory = true, ParameterSetName = NamedSet)]
    public string Variable { get; set; } = string.Empty;

    /// <summary>The container that has it, or a pattern of several. Default: all but init containers.</summary>
    [Parameter(ParameterSetName = VariableSet)]
    [Parameter(ParameterSetName = NamedSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Container { get; set; }

    /// <summary>Takes the variable away again.</summary>
    [Parameter(ParameterSetName = VariableSet)]
    [Parameter(ParameterSetName = NamedSet)]
    public SwitchParameter Remove { get; set; }

    /// <summary>The run that this belongs to: what was changed under it already is left alone. Default: a new run.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string RunId { get; set; } = Guid.NewGuid().ToString("N");

    /// <summary>Changes it at once, where the system's custom is to propose a change first.</summary>
    [Parameter(ParameterSetName = ReferenceSet)]
    public SwitchParameter Direct { get; set; }

    /// <summary>Overrules whatever else takes care of the consumer, such as GitOps or a Helm release.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!To.Address.Succeeded(out var to, out var malformed))
        {
            WriteFailure(malformed with
            {
                Remedy = "References lead to a secret by its address; a value itself is never written where a consumer is described, since everybody who may see that would have it. "
                    + "Store it first with Set-StoreSecret, then point to it.",
            });
            return;
        }

        foreach (var consumer in ParameterSetName == NamedSet ? Name.Select(name => Named(name, to)).OfType<Consumer>() : Consumer)
        {
            Change(consumer, to);
        }
    }

    private Consumer? Named(string name, SecretAddress to)
    {
        var named = Session.Consumers.Controls.OfType<IConsumerVariables>().Select(control => control.Named(Kind, name, to)).FirstOrDefault(static one => one is not null)
            ?? new Failure(FailureCode.NotSupported, to.ToString(), $"Nothing that is connected gives workloads a variable that leads to {to}.") { Remedy = "Name a Secret of a connected cluster." };
        if (named.Succeeded(out var consumer, out var failure))
        {
            return consumer;
        }

        WriteFailure(failure);
        return null;
    }

    private void Change(Consumer consumer, SecretAddress to)
    {
        if (!Session.Consumers.ControlOf(consumer).Succeeded(out var control, out var failure))
        {
            WriteFailure(failure);
        }
        else if (ParameterSetName != ReferenceSet)
        {
            SetVariable(consumer, control, to);
        }
        else if (control is IConsumerRepointer repointer)
        {
            var request = new RepointRequest(consumer.Address, to, RunId) { Directly = Direct, Force = Force };
            Change(consumer, $"Point to {to}", cancellation => repointer.PreviewAsync(consumer, request, cancellation), cancellation => repointer.RepointAsync(consumer, request, cancellation));
        }
        else
        {
            WriteFailure(new Failure(FailureCode.NotSupported, consumer.Id, $"The references of {consumer} can't be pointed elsewhere from here."));
        }
    }

    private void SetVariable(Consumer consumer, IConsumerControl control, SecretAddress to)
    {
        if (control is not IConsumerVariables variables)
        {
            WriteFailure(new Failure(FailureCode.NotSupported, consumer.Id, $"{consumer} can't be given a variable from here."));
            return;
        }

        var request = new VariableRequest(Variable, to, RunId) { Container = Container, Removes = Remove, Force = Force };
        Change(
            consumer,
            Remove ? "Take the variable away" : $"Set the variable from {to}",
            cancellation => variables.PreviewAsync(consumer, request, cancellation),
            cancellation => variables.SetAsync(consumer, request, cancellation));
    }

    private void Change(Consumer consumer, string what, Func<CancellationToken, Task<Outcome<Repointing>>> preview, Func<CancellationToken, Task<Outcome<Repointing>>> change)
    {
        if (TryAwait(preview, out var shown) && ShouldProcess($"{consumer} in {consumer.Scope}:\n{shown.Diff}", what) && TryAwait(change, out var done))
        {
            WriteObject(done);
        }
    }
}
