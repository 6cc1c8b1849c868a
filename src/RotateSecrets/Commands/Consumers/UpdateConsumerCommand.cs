using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Commands;

/// <summary>Points the references of consumers to another secret, or to another key of one.</summary>
[Cmdlet(VerbsData.Update, "Consumer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(Repointing))]
public sealed class UpdateConsumerCommand : RotationCommand
{
    /// <summary>The consumers, as Get-Consumer finds them: their references to the secret that they were found for are changed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public Consumer[] Consumer { get; set; } = [];

    /// <summary>The secret that the references are to lead to.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ArgumentCompleter(typeof(SecretAddressCompleter))]
    public AddressArgument To { get; set; } = null!;

    /// <summary>The run that this belongs to: what was changed under it already is left alone. Default: a new run.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string RunId { get; set; } = Guid.NewGuid().ToString("N");

    /// <summary>Changes it at once, where the system's custom is to propose a change first.</summary>
    [Parameter]
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

        foreach (var consumer in Consumer)
        {
            Repoint(consumer, to);
        }
    }

    private void Repoint(Consumer consumer, SecretAddress to)
    {
        if (!Session.Consumers.ControlOf(consumer).Succeeded(out var control, out var failure))
        {
            WriteFailure(failure);
            return;
        }

        if (control is not IConsumerRepointer repointer)
        {
            WriteFailure(new Failure(FailureCode.NotSupported, consumer.Id, $"The references of {consumer} can't be pointed elsewhere from here."));
            return;
        }

        var request = new RepointRequest(consumer.Address, to, RunId) { Directly = Direct, Force = Force };
        if (TryAwait(cancellation => repointer.PreviewAsync(consumer, request, cancellation), out var preview)
            && ShouldProcess($"{consumer} in {consumer.Scope}:\n{preview.Diff}", $"Point to {to}")
            && TryAwait(cancellation => repointer.RepointAsync(consumer, request, cancellation), out var done))
        {
            WriteObject(done);
        }
    }
}
