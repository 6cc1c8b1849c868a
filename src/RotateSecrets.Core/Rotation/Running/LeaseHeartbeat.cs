namespace RotateSecrets.Rotation.Running;

/// <summary>Keeps the leases of rotations under way from expiring.</summary>
internal static class LeaseHeartbeat
{
    private const int BeatsPerTerm = 3;

    /// <summary>Beats until it is cancelled. A beat that fails is no more than a beat that is late: the next step sees whether the lease still holds.</summary>
    public static async Task BeatAsync(IReadOnlyList<RotationRun> runs, RotationOptions options, CancellationToken cancellation)
    {
        if (runs.Count == 0)
        {
            return;
        }

        try
        {
            using var timer = new PeriodicTimer(options.LeaseTerm / BeatsPerTerm, runs[0].Services.Time);
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                foreach (var run in runs.Where(static run => run.IsActive))
                {
                    await run.RenewAsync(cancellation);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The work is done.
        }
    }
}
