using System.Globalization;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Rotation.Running;

/// <summary>How long steps should take: as long as they took the last time, else by the number of instances.</summary>
internal sealed class StepEstimate
{
    private static readonly TimeSpan PerCall = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan PerInstance = TimeSpan.FromSeconds(5);

    private readonly Dictionary<int, TimeSpan> lastTime = [];
    private TimeSpan grace;
    private int instances;

    /// <summary>The consumers, in words.</summary>
    public string Consumers { get; private set; } = "no consumer";

    /// <summary>Looks at the consumers, and at the last rotation of the same secret.</summary>
    public static async Task<StepEstimate> OfAsync(RotationRun run, CancellationToken cancellation)
    {
        var estimate = new StepEstimate { grace = run.Options.Emergency ? TimeSpan.Zero : run.Plan.Grace };
        var names = new List<string>();
        await foreach (var found in run.Services.Consumers.FindAsync(run.Plan.Address, cancellation))
        {
            if (found.Succeeded(out var consumer, out _) && run.Plan.Consumers.Takes(consumer))
            {
                names.Add(consumer.ToString());
                estimate.instances += consumer.Replicas ?? 1;
            }
        }

        if (names.Count > 0)
        {
            estimate.Consumers = string.Create(
                CultureInfo.InvariantCulture, $"{string.Join(", ", names.Take(5))}{(names.Count > 5 ? $" and {names.Count - 5} more" : string.Empty)} ({estimate.instances} instances)");
        }

        await estimate.RememberAsync(run, cancellation);
        return estimate;
    }

    public TimeSpan Of(int number, StepKind kind) => kind switch
    {
        StepKind.Grace => grace,
        _ when lastTime.TryGetValue(number, out var took) => took,
        StepKind.Restart => PerInstance * instances,
        _ => PerCall,
    };

    private async Task RememberAsync(RotationRun run, CancellationToken cancellation)
    {
        var query = new RotationQuery { Key = RotationKey.Of(run.Store, run.Plan.Address), States = [RotationState.Completed], Limit = 1 };
        await foreach (var listed in run.Services.Journal.ListAsync(query, cancellation))
        {
            if (listed.Succeeded(out var id, out _) && (await run.Services.Journal.ReadAsync(id, cancellation)).Succeeded(out var past, out _))
            {
                foreach (var step in SecretRotation.Of(id, past).Steps)
                {
                    lastTime[step.Number] = step.Duration;
                }
            }
        }
    }
}
