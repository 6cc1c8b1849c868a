using System.IO.Enumeration;
using RotateSecrets.Consumers;
using RotateSecrets.Health;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Steps;

/// <summary>Runs the checks of a plan, and those that the consumers declare themselves.</summary>
internal static class ProbeRound
{
    private const int Attempts = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Sees that services are well before anything is touched; null where they are.</summary>
    public static async Task<Failure?> BaselineFailureAsync(RotationRun run, CancellationToken cancellation)
    {
        if (!(await PagesAsync(run, cancellation)).Succeeded(out var pages, out var unread))
        {
            return unread;
        }

        var report = await HealthCheck.RunAsync(pages, run.Plan.ProbeDeadline, run.Services.Time, cancellation);
        return pages.Count == 0 || report.Passed
            ? null
            : Ill(run, "Services are not well before anything was touched", report);
    }

    /// <summary>Runs the checks until all pass in one round, or a few rounds have not.</summary>
    /// <param name="run">The rotation.</param>
    /// <param name="version">What is being verified.</param>
    /// <param name="accepted">The sealed values that must be let in.</param>
    /// <param name="refused">The sealed values that must be refused.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>What was seen, in words.</returns>
    public static async Task<Outcome<string>> RunAsync(
        RotationRun run, SecretVersion? version, IReadOnlyList<string> accepted, IReadOnlyList<string> refused, CancellationToken cancellation)
    {
        if (!(await PagesAsync(run, cancellation)).Succeeded(out var pages, out var unread))
        {
            return unread;
        }

        var opened = new List<SecretValue>();
        try
        {
            if ((await TokensAsync(run, accepted, JwtExpectation.Accepted, opened, cancellation)).Failed(out var unopened, out var letIn)
                || (await TokensAsync(run, refused, JwtExpectation.Refused, opened, cancellation)).Failed(out unopened, out var sentAway))
            {
                return unopened;
            }

            IHealthProbe[] probes = [.. pages, .. letIn, .. sentAway];
            return probes.Length == 0
                ? await ReadBackAsync(run, version, cancellation)
                : await RepeatAsync(run, probes, cancellation);
        }
        finally
        {
            opened.ForEach(static value => value.Dispose());
        }
    }

    /// <summary>Asks the pages that take tokens, before anything is touched, whether they accept a value; null where all do.</summary>
    public static async Task<Failure?> RefusalAsync(RotationRun run, SecretValue value, CancellationToken cancellation)
    {
        var probes = TokenPages(run).Select(page => run.Services.Probes.Jwt(page, value, JwtExpectation.Accepted));
        var report = await HealthCheck.RunAsync([.. probes], run.Plan.ProbeDeadline, run.Services.Time, cancellation);
        return report.Passed ? null : Ill(run, "It is not accepted", report);
    }

    private static async Task<Outcome<string>> RepeatAsync(RotationRun run, IHealthProbe[] probes, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var report = await HealthCheck.RunAsync(probes, run.Plan.ProbeDeadline, run.Services.Time, cancellation);
            if (report.Passed || attempt == Attempts)
            {
                foreach (var probe in report.Probes)
                {
                    await run.ObserveAsync(Fact.Probe, $"{probe.Probe} {probe.Target}", probe.CheckedAt, probe.Passed, $"{probe.Probe} {probe.Target}: {probe.Evidence}");
                }

                return report.Passed ? $"{report}." : Ill(run, "Verification failed", report);
            }

            await Task.Delay(Pause, run.Services.Time, cancellation);
        }
    }

    private static async Task<Outcome<IReadOnlyList<IHealthProbe>>> PagesAsync(RotationRun run, CancellationToken cancellation)
    {
        var pages = run.Plan.Probes.Where(static probe => probe.Kind == ProbeKind.Http).ToList();
        var workloads = new Dictionary<string, IReadOnlyList<IHealthProbe>>(StringComparer.Ordinal);
        SecretAddress[] addresses = run.Strategy.SideOf(run) is { } side ? [run.Plan.Address, side] : [run.Plan.Address];
        foreach (var address in addresses)
        {
            await foreach (var found in run.Services.Consumers.FindAsync(address, cancellation))
            {
                if (!found.Succeeded(out var consumer, out var failure))
                {
                    return failure;
                }

                if (run.Plan.Consumers.Takes(consumer))
                {
                    pages.AddRange(consumer.Health.Select(static page => new ProbeRecipe(ProbeKind.Http, page)));
                    workloads.TryAdd(consumer.Id, WorkloadProbes(run, consumer));
                }
            }
        }

        return (List<IHealthProbe>)[.. pages.DistinctBy(static page => page.Target).Select(run.Services.Probes.Http), .. workloads.Values.SelectMany(static probes => probes)];
    }

    private static IReadOnlyList<IHealthProbe> WorkloadProbes(RotationRun run, Consumer consumer) =>
        run.Plan.Probes.Any(probe => probe.Kind == ProbeKind.Workload && FileSystemName.MatchesSimpleExpression(probe.Text, consumer.Name))
        && run.Services.Consumers.ControlOf(consumer).Succeeded(out var control, out _) && control is IConsumerHealth health
            ? health.ProbesOf(consumer)
            : [];

    private static async Task<Outcome<IReadOnlyList<IHealthProbe>>> TokensAsync(
        RotationRun run, IReadOnlyList<string> names, JwtExpectation expectation, List<SecretValue> opened, CancellationToken cancellation)
    {
        var probes = new List<IHealthProbe>();
        var pages = TokenPages(run);
        foreach (var name in pages.Count == 0 ? [] : names)
        {
            if ((await run.UnsealAsync(name, cancellation)).Succeeded(out var value, out var failure))
            {
                opened.Add(value);
                probes.AddRange(pages.Select(page => run.Services.Probes.Jwt(page, value, expectation)));
            }
            else if (failure.Code != FailureCode.VersionNotFound || name == CreateStep.Candidate)
            {
                // Only an old value may never have been held, and can't be shown: where the store isn't readable, or the secret is new.
                return failure;
            }
        }

        return probes;
    }

    private static List<ProbeRecipe> TokenPages(RotationRun run) => [.. run.Plan.Probes.Where(static probe => probe.Kind == ProbeKind.Jwt)];

    // Where nobody can be asked, the store itself is: it must give back what it was given.
    private static async Task<Outcome<string>> ReadBackAsync(RotationRun run, SecretVersion? version, CancellationToken cancellation)
    {
        if (version is null)
        {
            return "There is nothing to check.";
        }

        if (!run.Store.CapabilitiesAt(run.Plan.Address).HasFlag(StoreCapabilities.Readable))
        {
            // The roll-out, which came before, had it run for each of them, and would have failed where the run did.
            await foreach (var found in ConsumersOf.FindAsync(run, version, isEarly: false, cancellation))
            {
                if (found.Succeeded(out var consumer, out _) && RolloutSelection.IsShownByRun(run, consumer))
                {
                    return $"The workflow {run.Plan.Runs!.Workflow} ran through with it.";
                }
            }

            return new Failure(
                FailureCode.ProbeFailed, run.Plan.Address.ToString(), $"Nothing can tell whether the value at {run.Plan.Address} works: the plan has no probe, and the store can't be read.")
            {
                Remedy = "Add a probe to the plan, or name a workflow in Runs that shows it.",
            };
        }

        if (!(await run.Store.ReadAsync(version.Address, VersionSelector.OfId(version.Id), cancellation)).Succeeded(out var read, out var failure))
        {
            return failure;
        }

        using var value = read.Value!;
        return version.Fingerprint is null || value.Fingerprint == version.Fingerprint
            ? "The store has the value; nothing else was there to check."
            : new Failure(FailureCode.ProbeFailed, version.Address.ToString(), $"{version} holds another value than was written.");
    }

    private static Failure Ill(RotationRun run, string what, HealthReport report) =>
        new(
            FailureCode.ProbeFailed,
            run.Plan.Address.ToString(),
            $"{what}: {string.Join("; ", report.Probes.Where(static probe => !probe.Passed).Select(static probe => $"{probe.Probe} {probe.Target}: {probe.Evidence}"))}.");
}
