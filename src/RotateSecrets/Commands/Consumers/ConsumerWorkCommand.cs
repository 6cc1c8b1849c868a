using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Rendering;

namespace RotateSecrets.Commands;

/// <summary>What starting, stopping and restarting consumers have in common.</summary>
public abstract class ConsumerWorkCommand : RotationCommand
{
    private readonly List<Consumer> consumers = [];

    private protected ConsumerWorkCommand()
    {
    }

    /// <summary>The consumers.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public Consumer[] Consumer { get; set; } = [];

    /// <summary>How long one instance may take until it is as it should be: seconds or a TimeSpan. Default: as the consumer itself declares.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? Deadline { get; set; }

    /// <summary>How many consumers are worked on at a time. Default: 10.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; } = 10;

    /// <summary>Writes the consumers that came through.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override bool StopsAtSafePoint => true;

    private protected abstract string Doing { get; }

    private protected abstract string Question { get; }

    private protected virtual string Run { get; } = Guid.NewGuid().ToString("N");

    private protected virtual bool Wait => true;

    private protected virtual RunRequest? Runs => null;

    /// <inheritdoc/>
    protected override void ProcessRecord() =>
        consumers.AddRange(Consumer.Where(consumer => ShouldProcess($"{consumer} in {consumer.Scope}", Question)));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (consumers.Count == 0)
        {
            return;
        }

        var request = new RestartRequest(Run, Session, Session.Time) { Deadline = Deadline, Wait = Wait, Runs = Runs };
        var progress = new RestartProgress(this, Doing, consumers, Session.Time);
        Drain(
            RestartSchedule.RunAsync(consumers, (consumer, stop) => Work(consumer, request, stop), Run, ThrottleLimit, Session.Time, StopRequest),
            update =>
            {
                progress.Show(update);
                if (update.Result is { } result)
                {
                    Write(result);
                }
            });
        progress.Complete();
    }

    private protected abstract IAsyncEnumerable<Outcome<InstanceEvent>> Work(IConsumerControl control, Consumer consumer, RestartRequest request, StopRequest stop);

    private protected static async IAsyncEnumerable<Outcome<InstanceEvent>> Unsupervised(Consumer consumer)
    {
        await Task.CompletedTask;
        yield return new Failure(FailureCode.NotSupported, consumer.Id, $"{consumer} is started and stopped by its own system, not by this module.");
    }

    private protected abstract void WriteResult(ConsumerRestart result);

    private void Write(ConsumerRestart result)
    {
        if (result.Failure is not null)
        {
            WriteFailure(result.Failure);
        }
        else if (PassThru)
        {
            // Several secrets of one consumer came in as several; it was restarted once for all of them.
            WriteObject(consumers.Where(consumer => consumer.Id == result.Consumer.Id), enumerateCollection: true);
        }
        else
        {
            WriteResult(result);
        }
    }

    private async IAsyncEnumerable<Outcome<InstanceEvent>> Work(Consumer consumer, RestartRequest request, StopRequest stop)
    {
        if (!Session.Consumers.ControlOf(consumer).Succeeded(out var control, out var failure))
        {
            yield return failure;
            yield break;
        }

        await foreach (var happened in Work(control, consumer, request, stop))
        {
            yield return happened;
        }
    }
}
