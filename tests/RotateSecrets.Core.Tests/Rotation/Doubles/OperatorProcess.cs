namespace RotateSecrets.Core.Tests.Rotation.Doubles;

/// <summary>
/// The process of an operator. Killed, whatever it asks for never comes back, so that not a line of it runs any more, no finally block either. Suspended, it
/// goes on where it was once it is woken.
/// </summary>
internal sealed class OperatorProcess(string name)
{
    private readonly TaskCompletionSource gone = new();
    private TaskCompletionSource? sleep;

    public string Name => name;

    public bool IsAlive => !gone.Task.IsCompleted;

    /// <summary>Ends when it is killed.</summary>
    public Task Death => gone.Task;

    /// <summary>Ends when it is suspended.</summary>
    public TaskCompletionSource Suspension { get; } = new();

    public void Kill() => gone.TrySetResult();

    /// <summary>Puts it to sleep, once: a process that was woken is not sent to sleep again.</summary>
    public void Suspend()
    {
        if (sleep is not null)
        {
            return;
        }

        sleep = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Suspension.TrySetResult();
    }

    public void Wake() => sleep?.TrySetResult();

    /// <summary>Comes back once the process runs; never, where it is dead.</summary>
    public async Task RunningAsync()
    {
        if (sleep is { } asleep)
        {
            await asleep.Task;
        }

        if (!IsAlive)
        {
            await new TaskCompletionSource().Task;
        }
    }
}
