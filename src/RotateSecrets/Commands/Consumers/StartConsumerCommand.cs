using System.Management.Automation;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Commands;

/// <summary>Starts the instances of consumers that don't run. Those that run are left alone.</summary>
[Cmdlet(VerbsLifecycle.Start, "Consumer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(Consumer))]
public sealed class StartConsumerCommand : ConsumerWorkCommand
{
    private protected override string Doing => "Starting";

    private protected override string Question => "Start the instances that don't run";

    private protected override IAsyncEnumerable<Outcome<InstanceEvent>> Work(
        IConsumerControl control, Consumer consumer, RestartRequest request, StopRequest stop) =>
        control is IConsumerSupervisor supervisor ? supervisor.StartAsync(consumer, request, stop) : Unsupervised(consumer);

    private protected override void WriteResult(ConsumerRestart result)
    {
        // As with Start-Service, only -PassThru writes.
    }
}
