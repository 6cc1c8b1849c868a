using RotateSecrets.Local;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Benchmarks;

/// <summary>Appends the events of steps to the journal, against single-row commits to raw SQLite at the same durability (WAL, synchronous FULL).</summary>
internal sealed class JournalBenchmark : Benchmark, IDisposable
{
    private const int Commits = 500;

    // In the build's own folder: a temporary one may lie in memory, where a commit costs nothing.
    private readonly string folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, $"journal-{Guid.NewGuid():n}")).FullName;
    private readonly RawCommits raw;
    private readonly IRotationJournal journal;
    private readonly RotationLease lease;

    public JournalBenchmark()
    {
        journal = new LocalProvider().OpenJournalAsync(Path.Combine(folder, "journal.db"), TimeProvider.System, CancellationToken.None).Result.Succeeded(out var opened, out var failure)
            ? opened
            : throw new InvalidOperationException(failure.ToString());
        lease = journal.TakeAsync("key", "rotation", TimeSpan.FromHours(1), CancellationToken.None).Result.Succeeded(out var taken, out failure)
            ? taken
            : throw new InvalidOperationException(failure.ToString());
        raw = new RawCommits(Path.Combine(folder, "raw.db"));
    }

    public override string Compared => "commits a second: steps in the journal / raw SQLite at the same durability";

    public override string Bound => ">= 0.600";

    public override bool Holds(double ratio) => ratio >= 0.6;

    public void Dispose()
    {
        raw.Dispose();
        journal.DisposeAsync().AsTask().Wait();
        Directory.Delete(folder, recursive: true);
    }

    protected override double Ratio(TimeSpan ours, TimeSpan theirs) => theirs / ours;

    protected override void Ours()
    {
        for (var i = 0; i < Commits; i++)
        {
            var step = new RotationEvent("rotation", TimeProvider.System.GetUtcNow(), RotationEventKind.StepDone) { Step = 5, StepKind = StepKind.Verify, Message = "3 instances were asked. 9 of 9 checks passed." };
            if (journal.AppendAsync(step, RotationState.Running, lease, CancellationToken.None).Result.Failure is { } failure)
            {
                throw new InvalidOperationException(failure.ToString());
            }
        }
    }

    protected override void Theirs() => raw.Write(Commits);
}
