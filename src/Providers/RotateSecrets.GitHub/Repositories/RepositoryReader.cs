using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using RotateSecrets.GitHub.Client;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Repositories;

/// <summary>
/// Reads the workflows of repositories: one request for the heads of many, and for those that have changed since they were read one for the files of many.
/// </summary>
/// <param name="api">Calls the API.</param>
/// <param name="cache">Keeps what was read.</param>
/// <param name="time">The clock.</param>
internal sealed class RepositoryReader(GitHubApi api, RepositoryCache cache, TimeProvider time)
{
    // A rotation looks for its consumers at every step; what was seen a moment ago is not asked for again.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, (long At, RepositorySnapshot Snapshot)> recent = new(StringComparer.OrdinalIgnoreCase);
    private readonly BranchList branches = new(api);
    private readonly HeadQuery heads = new(api);
    private readonly ContentQuery contents = new(api);

    /// <summary>Sees that the next reading asks the server: something was changed.</summary>
    public void Forget(string repository) => recent.TryRemove(repository, out _);

    /// <summary>What was last read of a repository; null where nothing was.</summary>
    public RepositorySnapshot? Recent(string repository) => recent.TryGetValue(repository, out var last) ? last.Snapshot : null;

    /// <summary>Reads one repository.</summary>
    public async Task<Outcome<RepositorySnapshot>> ReadAsync(string repository, CancellationToken cancellation)
    {
        await foreach (var read in ReadAsync([repository], cancellation))
        {
            return read;
        }

        return new Failure(FailureCode.Unexpected, repository, $"{repository} was not read.");
    }

    /// <summary>Reads repositories, in their order. One that can't be read is a failure, and the others go on.</summary>
    public async IAsyncEnumerable<Outcome<RepositorySnapshot>> ReadAsync(IReadOnlyList<string> repositories, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var some in repositories.Chunk(ContentQuery.Batch))
        {
            var states = new Dictionary<string, Outcome<RepositorySnapshot>>(StringComparer.OrdinalIgnoreCase);
            foreach (var repository in some)
            {
                if (recent.TryGetValue(repository, out var last) && time.GetElapsedTime(last.At) < Fresh)
                {
                    states[repository] = last.Snapshot;
                }
            }

            await FillAsync(await LookAsync([.. some.Where(one => !states.ContainsKey(one)).Distinct(StringComparer.OrdinalIgnoreCase)], states, cancellation), states, cancellation);
            foreach (var repository in some)
            {
                yield return states[repository];
            }
        }
    }

    private void Note(RepositorySnapshot snapshot, Dictionary<string, Outcome<RepositorySnapshot>> states)
    {
        recent[snapshot.Repository] = (time.GetTimestamp(), snapshot);
        states[snapshot.Repository] = snapshot;
    }

    /// <summary>Looks which repositories have changed since they were last read.</summary>
    private async Task<IReadOnlyList<Reading>> LookAsync(IReadOnlyList<string> asking, Dictionary<string, Outcome<RepositorySnapshot>> states, CancellationToken cancellation)
    {
        if (asking.Count == 0)
        {
            return [];
        }

        var asked = await heads.AskAsync(asking, cancellation);
        var changed = new List<Reading>();
        for (var i = 0; i < asking.Count; i++)
        {
            if (asked.Failed(out var failure, out var all))
            {
                states[asking[i]] = failure;
            }
            else if (all[i] is not { } found)
            {
                states[asking[i]] = await branches.WhyUnreadAsync(asking[i], cancellation);
            }
            else
            {
                var known = recent.TryGetValue(asking[i], out var last) ? last.Snapshot : cache.Find(asking[i]);
                var reading = new Reading(asking[i], known, found);
                if (reading.IsSame)
                {
                    Note(known!, states);
                }
                else
                {
                    changed.Add(reading);
                }
            }
        }

        return changed;
    }

    private async Task FillAsync(IReadOnlyList<Reading> readings, Dictionary<string, Outcome<RepositorySnapshot>> states, CancellationToken cancellation)
    {
        foreach (var some in readings.SelectMany(static reading => reading.Unknown().Select(commit => (Reading: reading, Commit: commit))).Chunk(ContentQuery.Batch))
        {
            await TakeAsync(some, cancellation);
        }

        foreach (var reading in readings)
        {
            if (reading.Failure is null && (await CompleteAsync(reading, cancellation)).Succeeded(out var snapshot, out _))
            {
                Note(snapshot, states);
                continue;
            }

            states[reading.Repository] = reading.Failure!;
        }
    }

    private async Task TakeAsync((Reading Reading, string Commit)[] some, CancellationToken cancellation)
    {
        var groups = some.GroupBy(static one => one.Reading).Select(static group => (Reading: group.Key, Commits: (IReadOnlyList<string>)[.. group.Select(static one => one.Commit)])).ToList();
        var came = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var asked = await contents.AskAsync([.. groups.Select(static group => (group.Reading.Repository, group.Commits))], came, cancellation);
        if (asked.Failure is { } refused && ContentQuery.MayBeTooMuch(refused) && some.Length > 1)
        {
            await TakeAsync(some[..(some.Length / 2)], cancellation);
            await TakeAsync(some[(some.Length / 2)..], cancellation);
            return;
        }

        for (var i = 0; i < groups.Count; i++)
        {
            var reading = groups[i].Reading;
            reading.Take(asked.Failed(out var failure, out var all) ? failure : all[i] is { } found ? Outcome.Of(found) : await branches.WhyUnreadAsync(reading.Repository, cancellation), came);
        }
    }

    private async Task<Outcome<RepositorySnapshot>> CompleteAsync(Reading reading, CancellationToken cancellation)
    {
        var snapshot = reading.Build();
        var blobs = new Dictionary<string, byte[]>(snapshot.Blobs, StringComparer.Ordinal);
        foreach (var oid in snapshot.Branches.SelectMany(static branch => branch.Files).Select(static file => file.Oid).Distinct(StringComparer.Ordinal).Where(oid => !blobs.ContainsKey(oid)).ToList())
        {
            if ((await contents.BlobAsync(reading.Repository, oid, cancellation)).Failed(out var failure, out var bytes))
            {
                reading.Fail(failure);
                return failure;
            }

            blobs[oid] = bytes;
        }

        snapshot = snapshot with { Blobs = blobs };
        cache.Keep(snapshot);
        return snapshot;
    }
}
