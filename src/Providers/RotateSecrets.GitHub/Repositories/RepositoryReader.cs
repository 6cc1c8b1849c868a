using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using RotateSecrets.GitHub.Client;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Repositories;

/// <summary>
/// Reads the workflows of repositories: one request for the heads of each one's branches, which is conditional where it was read before, and for those that have changed one for the files of many.
/// </summary>
/// <param name="api">Calls the API.</param>
/// <param name="cache">Keeps what was read.</param>
/// <param name="time">The clock.</param>
internal sealed class RepositoryReader(GitHubApi api, RepositoryCache cache, TimeProvider time)
{
    private const int AtATime = 16;

    // A rotation looks for its consumers at every step; what was seen a moment ago is not asked for again.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, (long At, RepositorySnapshot Snapshot)> recent = new(StringComparer.OrdinalIgnoreCase);
    private readonly BranchList branches = new(api);
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
            var states = new Outcome<Reading>[some.Length];
            await Parallel.ForEachAsync(
                Enumerable.Range(0, some.Length),
                new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellation },
                async (i, token) => states[i] = await LookAsync(some[i], token));
            var changed = states.Select(static state => state.Succeeded(out var reading, out _) ? reading : null).OfType<Reading>().Where(static reading => reading.Snapshot is null).ToList();
            await FillAsync(changed, cancellation);
            foreach (var state in states)
            {
                yield return state.Failed(out var failure, out var reading) ? failure
                    : reading.Failure is { } unread ? unread
                    : Noted(reading.Snapshot!);
            }
        }
    }

    private Outcome<RepositorySnapshot> Noted(RepositorySnapshot snapshot)
    {
        recent[snapshot.Repository] = (time.GetTimestamp(), snapshot);
        return snapshot;
    }

    private async Task<Outcome<Reading>> LookAsync(string repository, CancellationToken cancellation)
    {
        var known = recent.TryGetValue(repository, out var last) ? last.Snapshot : cache.Find(repository);
        if (last.Snapshot is not null && time.GetElapsedTime(last.At) < Fresh)
        {
            return new Reading(repository, known, null, []) { Snapshot = known };
        }

        if ((await branches.ReadAsync(repository, known?.ETag, cancellation)).Failed(out var failure, out var heads))
        {
            return failure;
        }

        return heads.Heads is null
            ? new Reading(repository, known, heads.ETag, []) { Snapshot = known }
            : new Reading(repository, known, heads.ETag, heads.Heads);
    }

    private async Task FillAsync(IReadOnlyList<Reading> readings, CancellationToken cancellation)
    {
        var asking = new List<(Reading Reading, string Commit)>();
        foreach (var reading in readings)
        {
            // A repository without a commit has nothing to ask for but its state.
            asking.AddRange(reading.Unknown().DefaultIfEmpty(string.Empty).Select(commit => (reading, commit)));
        }

        foreach (var some in asking.Chunk(ContentQuery.Batch))
        {
            var groups = some.GroupBy(static one => one.Reading).Select(static group => (Reading: group.Key, Commits: (IReadOnlyList<string>)[.. group.Select(static one => one.Commit).Where(static commit => commit.Length > 0)])).ToList();
            var came = new Dictionary<string, byte[]>(StringComparer.Ordinal);
            var asked = await contents.AskAsync([.. groups.Select(static group => (group.Reading.Repository, group.Commits))], came, cancellation);
            for (var i = 0; i < groups.Count; i++)
            {
                var number = i;
                groups[i].Reading.Take(asked.Failed(out var failure, out var all) ? failure : all[number] is { } found ? found : Unread(groups[i].Reading.Repository), came);
            }
        }

        foreach (var reading in readings.Where(static reading => reading.Failure is null))
        {
            await CompleteAsync(reading, cancellation);
        }
    }

    private static Failure Unread(string repository) =>
        new(FailureCode.AccessDenied, repository, $"The files of {repository} can't be read: the token may see its branches, and not what is in them (Contents: read).");

    private async Task CompleteAsync(Reading reading, CancellationToken cancellation)
    {
        var snapshot = reading.Build();
        var blobs = new Dictionary<string, byte[]>(snapshot.Blobs, StringComparer.Ordinal);
        foreach (var oid in snapshot.Branches.SelectMany(static branch => branch.Files).Select(static file => file.Oid).Distinct(StringComparer.Ordinal).Where(oid => !blobs.ContainsKey(oid)).ToList())
        {
            if ((await contents.BlobAsync(reading.Repository, oid, cancellation)).Failed(out var failure, out var bytes))
            {
                reading.Fail(failure);
                return;
            }

            blobs[oid] = bytes;
        }

        reading.Snapshot = snapshot with { Blobs = blobs };
        cache.Keep(reading.Snapshot);
    }
}
