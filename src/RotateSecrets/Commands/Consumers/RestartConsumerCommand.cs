using System.Management.Automation;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Commands;

/// <summary>Restarts consumers, one instance after another, each healthy before the next is touched.</summary>
[Cmdlet(VerbsLifecycle.Restart, "Consumer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(ConsumerRestart), typeof(Consumer))]
public sealed class RestartConsumerCommand : ConsumerWorkCommand
{
    /// <summary>Doesn't wait until an instance is healthy. Nothing is then known of the outcome.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>The run that this belongs to: instances that were restarted under it already are left alone. Default: a new run.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RunId { get; set; }

    private protected override string Doing => "Restarting";

    private protected override string Question => "Restart, one instance after another";

    private protected override string Run => RunId ?? base.Run;

    private protected override bool Wait => !NoWait;

    private protected override IAsyncEnumerable<Outcome<InstanceEvent>> Work(
        IConsumerControl control, Consumer consumer, RestartRequest request, StopRequest stop) =>
        control.RestartAsync(consumer, request, stop);

    private protected override void WriteResult(ConsumerRestart result) => WriteObject(result);
}
