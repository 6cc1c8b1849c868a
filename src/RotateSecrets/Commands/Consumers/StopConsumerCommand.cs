using System.Management.Automation;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Commands;

/// <summary>Stops the instances of consumers: asks, waits, and ends by force what is still there at the deadline.</summary>
[Cmdlet(VerbsLifecycle.Stop, "Consumer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(Consumer))]
public sealed class StopConsumerCommand : ConsumerWorkCommand
{
    private protected override string Doing => "Stopping";

    private protected override string Question => "Stop all instances";

    private protected override IAsyncEnumerable<Outcome<InstanceEvent>> Work(
        IConsumerControl control, Consumer consumer, RestartRequest request, StopRequest stop) =>
        control is IConsumerSupervisor supervisor ? supervisor.StopAsync(consumer, request, stop) : Unsupervised(consumer);

    private protected override void WriteResult(ConsumerRestart result)
    {
        // As with Stop-Service, only -PassThru writes.
    }
}
