namespace RotateSecrets.Health;

/// <summary>Runs checks side by side, each against the same deadline.</summary>
public static class HealthCheck
{
    /// <summary>Runs every probe once.</summary>
    /// <param name="probes">The probes.</param>
    /// <param name="deadline">How long each may take. One that takes longer did not pass.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public static async Task<HealthReport> RunAsync(
        IEnumerable<IHealthProbe> probes, TimeSpan deadline, TimeProvider time, CancellationToken cancellation)
    {
        var startedAt = time.GetUtcNow();
        var began = time.GetTimestamp();
        var results = await Task.WhenAll(probes.Select(probe => RunAsync(probe, deadline, time, cancellation)));
        return new HealthReport(results, startedAt, time.GetElapsedTime(began));
    }

    private static async Task<ProbeResult> RunAsync(
        IHealthProbe probe, TimeSpan deadline, TimeProvider time, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        var checkedAt = time.GetUtcNow();
        var began = time.GetTimestamp();
        var verdict = await VerdictAsync();
        return new ProbeResult(probe.Name, probe.Target, verdict.Passed, verdict.Evidence, checkedAt, time.GetElapsedTime(began));

        async Task<ProbeVerdict> VerdictAsync()
        {
            try
            {
                return await probe.CheckAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return new ProbeVerdict(false, FormattableString.Invariant($"no answer within {deadline.TotalSeconds:0.###} s"));
            }
        }
    }
}
