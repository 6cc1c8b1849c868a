using System.Diagnostics;

namespace RotateSecrets.Benchmarks;

/// <summary>One comparison: ours against theirs, in turns, so that whatever else the machine does falls on both.</summary>
internal abstract class Benchmark
{
    private const int Rounds = 7;

    /// <summary>What is compared, for people.</summary>
    public abstract string Compared { get; }

    /// <summary>The bound in words.</summary>
    public abstract string Bound { get; }

    public abstract bool Holds(double ratio);

    /// <summary>The median of the ratios of each round.</summary>
    public virtual double Ratio()
    {
        Ours();
        Theirs();
        var ratios = Enumerable.Range(0, Rounds).Select(_ => Ratio(Time(Ours), Time(Theirs))).Order().ToArray();
        return ratios[Rounds / 2];
    }

    protected abstract double Ratio(TimeSpan ours, TimeSpan theirs);

    protected abstract void Ours();

    protected abstract void Theirs();

    private static TimeSpan Time(Action work)
    {
        var watch = Stopwatch.StartNew();
        work();
        return watch.Elapsed;
    }
}
