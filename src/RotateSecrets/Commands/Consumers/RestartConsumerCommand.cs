using System.Collections;
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

    /// <summary>For workflows: the file name of the workflow that shows whether the value works. It is run, and followed to its end. Default: none is run; the next run has the new value.</summary>
    [Parameter]
    [ValidatePattern(@"^[^/\\]+\.ya?ml$")]
    public string? Workflow { get; set; }

    /// <summary>What that workflow is given, by the names of its inputs.</summary>
    [Parameter]
    public IDictionary WorkflowInput { get; set; } = new Hashtable();

    /// <summary>The branch or tag that it is run on. Default: the default branch.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? WorkflowRef { get; set; }

    /// <summary>What becomes of runs that began with an older value. Default: they are left alone.</summary>
    [Parameter]
    public RunDrainMode Drain { get; set; }

    private protected override string Doing => "Restarting";

    private protected override string Question => "Restart, one instance after another";

    private protected override string Run => RunId ?? base.Run;

    private protected override bool Wait => !NoWait;

    private protected override RunRequest? Runs => Workflow is null && Drain == RunDrainMode.Await ? null : new RunRequest
    {
        Workflow = Workflow,
        Inputs = WorkflowInput.Keys.Cast<object>().ToDictionary(
            static name => LanguagePrimitives.ConvertTo<string>(name), name => LanguagePrimitives.ConvertTo<string>(WorkflowInput[name]), StringComparer.Ordinal),
        Ref = WorkflowRef,
        Drain = Drain,
    };

    private protected override IAsyncEnumerable<Outcome<InstanceEvent>> Work(
        IConsumerControl control, Consumer consumer, RestartRequest request, StopRequest stop) =>
        control.RestartAsync(consumer, request, stop);

    private protected override void WriteResult(ConsumerRestart result) => WriteObject(result);
}
