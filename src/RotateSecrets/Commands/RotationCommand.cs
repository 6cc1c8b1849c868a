using System.Collections.Concurrent;
using System.Management.Automation;
using System.Runtime.ExceptionServices;
using RotateSecrets.Binding;
using RotateSecrets.Consumers;
using RotateSecrets.Lifecycle;
using RotateSecrets.Outcomes;
using RotateSecrets.Rendering;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Commands;

/// <summary>
/// What all cmdlets have in common. Asynchronous work runs on the thread pool and feeds a queue; the pipeline thread drains it and is the
/// only one that writes to streams. (A synchronization context would deadlock as soon as a cmdlet downstream blocks.)
/// </summary>
public abstract class RotationCommand : PSCmdlet, IDisposable
{
    private const int QueueLength = 256;

    private readonly CancellationTokenSource atSafePoint = new();
    private readonly CancellationTokenSource now = new();
    private volatile BlockingCollection<Action>? queue;

    private protected RotationCommand()
    {
    }

    private protected RunspaceSession Session { get; private set; } = null!;

    /// <summary>Cancelled as soon as the pipeline stops.</summary>
    private protected CancellationToken Cancellation => now.Token;

    /// <summary>How the work of a cmdlet that may not be left half done is stopped.</summary>
    private protected StopRequest StopRequest => new(atSafePoint.Token, now.Token);

    /// <summary>Whether Ctrl-C waits for the next safe point. Default: it doesn't.</summary>
    private protected virtual bool StopsAtSafePoint => false;

    /// <inheritdoc/>
    public void Dispose()
    {
        atSafePoint.Dispose();
        now.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        Session = RunspaceSession.Current;
        Begin();
    }

    /// <inheritdoc/>
    protected sealed override void StopProcessing()
    {
        atSafePoint.Cancel();
        if (!StopsAtSafePoint)
        {
            now.Cancel();
        }
    }

    private protected virtual void Begin()
    {
    }

    /// <summary>Waits for one outcome; a failure is written as an error, and answered with false.</summary>
    private protected bool TryAwait<T>(Func<CancellationToken, Task<Outcome<T>>> work, out T result)
        where T : notnull
    {
        T? value = default;
        var succeeded = false;
        Drain(One(), outcome => succeeded = Took(outcome, out value));
        result = value!;
        return succeeded;

        async IAsyncEnumerable<Outcome<T>> One()
        {
            yield return await work(Cancellation);
        }
    }

    /// <summary>Waits for work that answers nothing.</summary>
    private protected void Finish(ValueTask work)
    {
        Drain(One(), static _ => { });

        async IAsyncEnumerable<bool> One()
        {
            await work;
            yield return true;
        }
    }

    /// <summary>Finds a store by its name; where there is none, that is written as an error.</summary>
    private protected bool TryStore(string name, out ISecretStore store)
    {
        if (!Session.Store(name).Succeeded(out store!, out var failure))
        {
            WriteFailure(failure);
            return false;
        }

        return true;
    }

    /// <summary>Finds a store by its name that can do something which not every store can; where it can't, that is written as an error.</summary>
    private protected bool TryAbility<TAbility>(string name, string what, out TAbility ability)
        where TAbility : class
    {
        ability = null!;
        if (!TryStore(name, out var store))
        {
            return false;
        }

        if (store is TAbility able)
        {
            ability = able;
            return true;
        }

        WriteFailure(new Failure(FailureCode.NotSupported, name, $"The store {store.Description} has no {what}."));
        return false;
    }

    /// <summary>Finds the store that an address names; what is wrong with either is written as an error.</summary>
    private protected bool TryStore(AddressArgument argument, out SecretAddress address, out ISecretStore store)
    {
        store = null!;
        if (!argument.Address.Succeeded(out address!, out var failure) || !Session.StoreOf(address).Succeeded(out store!, out failure))
        {
            WriteFailure(failure);
            return false;
        }

        return true;
    }

    /// <summary>The file system's path for what an operator typed, relative to where the session stands.</summary>
    private protected string FilePath(string typed) => SessionState.Path.GetUnresolvedProviderPathFromPSPath(typed);

    /// <summary>Takes each value of a stream on the pipeline thread; a failure is written as an error, and the stream goes on.</summary>
    private protected void DrainOutcomes<T>(IAsyncEnumerable<Outcome<T>> source, Action<T> take)
        where T : notnull => Drain(source, outcome =>
        {
            if (Took(outcome, out var value))
            {
                take(value!);
            }
        });

    /// <summary>Takes each item of a stream on the pipeline thread, and returns when the work behind it has ended.</summary>
    private protected void Drain<T>(IAsyncEnumerable<T> source, Action<T> take)
    {
        using var actions = new BlockingCollection<Action>(QueueLength);
        ExceptionDispatchInfo? fault = null;
        var outer = queue;
        queue = actions;
        _ = Task.Run(async () =>
        {
            try
            {
                await foreach (var item in source)
                {
                    actions.Add(() => take(item));
                }
            }
            catch (Exception e)
            {
                fault = ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                actions.CompleteAdding();
            }
        });

        var finished = false;
        try
        {
            foreach (var action in actions.GetConsumingEnumerable())
            {
                action();
            }

            finished = true;
        }
        finally
        {
            if (!finished)
            {
                Abandon(actions);
            }

            queue = outer;
        }

        Rethrow(fault);
    }

    /// <summary>Does something on the pipeline thread, from work that is being drained: it alone may write or ask.</summary>
    /// <exception cref="OperationCanceledException">The pipeline was stopped before it came to that.</exception>
    private protected async Task<TResult> OnPipelineAsync<TResult>(Func<TResult> work)
    {
        var done = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stopped = atSafePoint.Token.Register(() => done.TrySetCanceled());
        queue!.Add(() =>
        {
            try
            {
                done.TrySetResult(work());
            }
            catch (Exception e)
            {
                // Whoever waits must go on, and the pipeline must end: with the exception that ends it.
                done.TrySetException(e);
                throw;
            }
        });
        return await done.Task;
    }

    /// <summary>Does something on the pipeline thread without waiting for it.</summary>
    private protected void PostToPipeline(Action work) => queue?.Add(work);

    private protected void WriteFailure(Failure failure) => WriteError(FailureRecord.Of(failure));

    private protected void ThrowFailure(Failure failure) => ThrowTerminatingError(FailureRecord.Of(failure));

    /// <summary>Warns where a secret came in as plain text, and refuses what is none.</summary>
    private protected bool IsUsable(SecretValue? value)
    {
        if (value is null)
        {
            WriteFailure(new Failure(FailureCode.ValueInvalid, "value", "This can't be a secret value.")
            {
                Remedy = "Give a SecretValue, a SecureString, a PSCredential, bytes, or a version that Get-StoreSecret -Reveal wrote.",
            });
            return false;
        }

        Mask(value);
        if (PlainText.IsMarked(value))
        {
            WriteWarning(PlainText.Warning);
        }

        return true;
    }

    /// <summary>Hides a value in the log, where this is a step of a workflow: before anything can use it.</summary>
    private protected void Mask(SecretValue value) => WorkflowMask.Print(Host, value);

    private bool Took<T>(Outcome<T> outcome, out T? value)
        where T : notnull
    {
        if (outcome.Succeeded(out value, out var failure))
        {
            return true;
        }

        WriteFailure(failure);
        return false;
    }

    // The pipeline ended while work was under way: ask it to end at a safe point, and wait until it has.
    private void Abandon(BlockingCollection<Action> actions)
    {
        StopProcessing();
        foreach (var _ in actions.GetConsumingEnumerable())
        {
            // Nobody is left to take it.
        }
    }

    private void Rethrow(ExceptionDispatchInfo? fault)
    {
        switch (fault?.SourceException)
        {
            case null:
                return;
            case OperationCanceledException when Cancellation.IsCancellationRequested:
                throw new PipelineStoppedException();
            case var e:
                // Its message may quote what it was working on; its type can't.
                ThrowFailure(new Failure(FailureCode.Unexpected, MyInvocation.MyCommand.Name, $"An unexpected {e.GetType().Name} ended the command."));
                return;
        }
    }
}
