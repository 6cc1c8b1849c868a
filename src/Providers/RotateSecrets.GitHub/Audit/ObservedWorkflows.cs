using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Consumers;
using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Repositories;
using RotateSecrets.GitHub.Runs;
using RotateSecrets.GitHub.Workflows;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Audit;

/// <summary>
/// Compares the workflows whose files name a secret with the jobs that were given it, by the audit log: a workflow that is given it and names it nowhere is a consumer too, and one that names it and was not
/// given it says so.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="log">The audit log.</param>
/// <param name="finder">Finds the workflows whose files name it.</param>
/// <param name="within">For how long a job that was given it counts.</param>
internal sealed class ObservedWorkflows(GitHubServer server, AuditLog log, WorkflowFinder finder, TimeSpan within) : IConsumerSource
{
    /// <summary>The kind of a consumer that only the log tells of.</summary>
    public const string Kind = "ObservedWorkflow";

    // An entry may come into the log a while after what it tells of.
    private static readonly TimeSpan Delay = TimeSpan.FromHours(1);

    private readonly RunCalls runs = new(server.Api);
    private readonly ConcurrentDictionary<SecretAddress, (DateTimeOffset Until, IReadOnlyList<PreparedJob> Jobs)> read = new();

    /// <inheritdoc/>
    public string Name => $"{finder.Name}, and the audit log";

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<Consumer>> FindAsync(SecretAddress? address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // The log tells which secrets of Actions a job was given, and asks for an organisation.
        var jobs = new List<PreparedJob>();
        Failure? unread = null;
        var isCompared = address is not null && string.Equals(address.Store, server.Name, StringComparison.OrdinalIgnoreCase)
            && SecretPlace.Of(address).Succeeded(out var place, out _) && place.Use == SecretUse.Actions;
        if (isCompared)
        {
            (jobs, unread) = await JobsAsync(address!, cancellation);
        }

        var declared = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        await foreach (var found in finder.ConsumersAsync(address, cancellation))
        {
            if (!isCompared || unread is not null || !found.Succeeded(out var consumer, out _))
            {
                yield return found;
                continue;
            }

            var file = FileOf(consumer.Scope, WorkflowId.Of(consumer).Path);
            declared.Add(file);
            yield return jobs.Exists(job => FilesOf(job).Contains(file, StringComparer.OrdinalIgnoreCase)) ? consumer : consumer with
            {
                Cautions = [.. consumer.Cautions, $"By the audit log, no job of {consumer.Name} of {consumer.Scope} was given it within {within:c}."],
            };
        }

        if (unread is not null)
        {
            yield return unread;
        }

        if (jobs.Count == 0)
        {
            yield break;
        }

        var undeclared = jobs.Where(job => !FilesOf(job).Any(declared.Contains)).GroupBy(static job => (job.Repository, job.File, job.Job, job.Environment)).Select(static group => group.Last());
        await foreach (var consumer in UndeclaredAsync(address!, undeclared, cancellation))
        {
            yield return consumer;
        }
    }

    // A rotation looks for its consumers at every step; what the log said of earlier days, it says again.
    private async Task<(List<PreparedJob> Jobs, Failure? Unread)> JobsAsync(SecretAddress address, CancellationToken cancellation)
    {
        if (SecretPlace.Of(address).Failed(out var failure, out var place))
        {
            return ([], failure);
        }

        var (now, since) = (server.Api.Clock.Now, server.Api.Clock.Now - within);
        var known = read.GetValueOrDefault(address);
        var from = known.Jobs is not null && known.Until - Delay > since ? known.Until - Delay : since;
        var jobs = known.Jobs?.Where(job => job.At >= since && job.At < from).ToList() ?? [];
        await foreach (var entry in log.JobsAsync(place, address.ToString(), from, cancellation))
        {
            if (entry.Failed(out failure, out var job))
            {
                return ([], failure);
            }

            jobs.Add(job);
        }

        read[address] = (now, jobs);
        return (jobs, null);
    }

    private async IAsyncEnumerable<Outcome<Consumer>> UndeclaredAsync(SecretAddress address, IEnumerable<PreparedJob> jobs, [EnumeratorCancellation] CancellationToken cancellation)
    {
        SecretPlace.Of(address).Succeeded(out var place, out _);
        var landscape = finder.Landscape(place!);
        var found = new SortedDictionary<(string Repository, string File), List<PreparedJob>>();
        foreach (var job in jobs)
        {
            if ((await RelateAsync(landscape, job, place!.Name, cancellation)).Failed(out var failure, out var relation))
            {
                yield return failure;
            }
            else if (relation != SecretLandscape.Relation.Other && !await IsPastAsync(job, place.Name, cancellation))
            {
                if (!found.TryGetValue((job.Repository, job.File), out var list))
                {
                    found[(job.Repository, job.File)] = list = [];
                }

                list.Add(job);
            }
        }

        foreach (var ((repository, file), list) in found)
        {
            var name = WorkflowId.NameOf(file);
            yield return new Consumer(Kind, name, repository, address, [.. list.Select(static job => new ConsumerReference(
                "AuditLog", FormattableString.Invariant($"job {job.Job}{(job.Environment is null ? string.Empty : $", environment {job.Environment}")}, run {job.Run} at {job.At:u}"), Uptake.NextRun))])
            {
                Cautions = [$"By the audit log, {name} of {repository} was given {address}, and no file says so: see by hand that it finds the new value."],
            };
        }
    }

    private static Task<Outcome<SecretLandscape.Relation>> RelateAsync(SecretLandscape landscape, PreparedJob job, string name, CancellationToken cancellation) => landscape.RelateAsync(
        job.Repository,
        new SecretReference(
            job.File, job.Job, job.Environment is null ? JobEnvironment.None : new JobEnvironment(job.Environment, IsComputed: false), ReferenceKind.Property, name, new ReferenceSpot(job.Repository, string.Empty, job.File, 0, 0)),
        cancellation);

    // A workflow that named it in the commit that ran, and doesn't any more, was pointed elsewhere since: that explains the entry.
    private async Task<bool> IsPastAsync(PreparedJob job, string name, CancellationToken cancellation)
    {
        if (job.Run == 0 || (await runs.GetAsync(job.Repository, job.Run, cancellation)).Failed(out _, out var run) || run.Sha is not { } sha || !job.OwnPaths.Contains(run.Path, StringComparer.Ordinal))
        {
            return false;
        }

        var fetcher = new FileFetcher(server.Api, finder.Reader);
        if ((await fetcher.FetchAsync(new FileSpot(job.Repository, run.Path, sha), cancellation)).Failed(out _, out var file))
        {
            return false;
        }

        await foreach (var reference in WorkflowAnalysis.FindAsync(new WorkflowTree(job.Repository, sha, [file]), name, fetcher.FetchAsync, cancellation))
        {
            if (reference.Failure is null)
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<string> FilesOf(PreparedJob job) => job.OwnPaths.Select(path => FileOf(job.Repository, path));

    private static string FileOf(string repository, string path) => $"{repository}/{path}";
}
