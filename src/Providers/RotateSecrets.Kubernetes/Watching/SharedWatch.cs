using System.Text.Json;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Watching;

/// <summary>
/// The objects of a kind in a namespace, kept up to date by one list and one watch. A watch that ends is opened again where it ended; one whose beginning the server has
/// forgotten (410) begins again with a list. It runs while somebody looks, and a little longer.
/// </summary>
internal sealed class SharedWatch<T> : IAsyncDisposable
    where T : class, IWatched
{
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly ClusterClient client;
    private readonly ResourceKind kind;
    private readonly string nameSpace;
    private readonly string selector;
    private readonly Func<JsonElement, T> read;
    private readonly TimeProvider time;
    private readonly WatchTable<T> table = new();
    private readonly object gate = new();
    private CancellationTokenSource? running;
    private Task work = Task.CompletedTask;
    private TaskCompletionSource<Failure?> ready = New();
    private int lookers;
    private int shift;

    public SharedWatch(ClusterClient client, ResourceKind kind, string nameSpace, string selector, Func<JsonElement, T> read, TimeProvider time)
    {
        this.client = client;
        this.kind = kind;
        this.nameSpace = nameSpace;
        this.selector = selector;
        this.read = read;
        this.time = time;
    }

    /// <summary>Begins to look.</summary>
    /// <returns>To be disposed of when done; or why nothing can be seen.</returns>
    public async Task<Outcome<IDisposable>> LookAsync(CancellationToken cancellation)
    {
        Task<Failure?> first;
        lock (gate)
        {
            lookers++;
            shift++;
            if (running is null)
            {
                running = new CancellationTokenSource();
                ready = New();
                work = Task.Run(() => RunAsync(ready, running.Token), CancellationToken.None);
            }

            first = ready.Task;
        }

        var look = new Look(this);
        try
        {
            if (await first.WaitAsync(cancellation) is not { } failure)
            {
                return look;
            }

            await StopAsync();
            look.Dispose();
            return failure;
        }
        catch (OperationCanceledException)
        {
            look.Dispose();
            throw;
        }
    }

    /// <summary>The objects of a key, as they are now.</summary>
    public IReadOnlyList<T> Of(string key) => table.Of(key);

    /// <summary>Completes when something of a key changes from now on. It has to be asked before the objects are looked at.</summary>
    public Task ChangeOf(string key) => table.ChangeOf(key);

    public async ValueTask DisposeAsync() => await StopAsync();

    private static TaskCompletionSource<Failure?> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task StopAsync()
    {
        CancellationTokenSource? ending;
        Task ended;
        lock (gate)
        {
            (ending, running) = (running, null);
            ended = work;
        }

        if (ending is not null)
        {
            await ending.CancelAsync();
            await ended;
            ending.Dispose();
        }
    }

    private async Task LeaveAsync()
    {
        int mine;
        lock (gate)
        {
            mine = --lookers == 0 ? shift : -1;
        }

        if (mine < 0)
        {
            return;
        }

        await Task.Delay(Linger, time);
        bool stays;
        lock (gate)
        {
            stays = lookers > 0 || shift != mine;
        }

        if (!stays)
        {
            await StopAsync();
        }
    }

    private async Task RunAsync(TaskCompletionSource<Failure?> first, CancellationToken cancellation)
    {
        var pause = FirstPause;
        string? version = null;
        try
        {
            while (true)
            {
                if (version is null)
                {
                    if ((await ListAsync(cancellation)).Failed(out var unlisted, out version))
                    {
                        first.TrySetResult(unlisted);
                    }
                    else
                    {
                        first.TrySetResult(null);
                    }
                }

                if (version is not null)
                {
                    var began = time.GetTimestamp();
                    version = await WatchLines.FollowAsync(client, kind, nameSpace, selector, version, Apply, cancellation);

                    // One that ended after a while is as it should be; one that ended at once is a server in trouble.
                    pause = time.GetElapsedTime(began) > LongestPause ? FirstPause : pause;
                }

                await Task.Delay(pause, time, cancellation);
                pause = pause * 2 > LongestPause ? LongestPause : pause * 2;
            }
        }
        catch (OperationCanceledException)
        {
            first.TrySetCanceled(CancellationToken.None);
        }
    }

    private async Task<Outcome<string>> ListAsync(CancellationToken cancellation)
    {
        var all = new List<T>();
        var version = "0";
        await foreach (var found in PagedList.ReadAsync(client, kind, nameSpace, null, read, seen => version = seen, cancellation))
        {
            if (found.Failed(out var failure, out var one))
            {
                return failure;
            }

            all.Add(one);
        }

        table.Reset(all);
        return version;
    }

    private void Apply(string type, JsonElement item)
    {
        var made = read(item);
        if (type == "DELETED")
        {
            table.Remove(made);
        }
        else
        {
            table.Put(made);
        }
    }

    private sealed class Look(SharedWatch<T> watch) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
            {
                _ = watch.LeaveAsync();
            }
        }
    }
}
