using System.Runtime.CompilerServices;
using System.Text;
using RotateSecrets.Aws.Store;
using RotateSecrets.Outcomes;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Audit;

/// <summary>
/// Reads CloudTrail records from files as they are delivered to S3: gzip JSON, or JSON. Memory grows neither with the files nor with what is found. CloudTrail delivers some minutes late,
/// so what isn't there yet proves nothing.
/// </summary>
/// <param name="store">The store's name, for the addresses of events.</param>
/// <param name="account">The store's account; null where it isn't known. What the trail of an organisation tells of others is left out.</param>
/// <param name="paths">Files, and folders that are searched with all that is in them.</param>
internal sealed class CloudTrail(string store, string? account, IReadOnlyList<string> paths)
{
    // A file as delivered has fewer events about one secret; of what somebody put together, so many at a time are brought into order.
    private const int Sorted = 10_000;

    /// <summary>Reads the events about secrets, file by file in the order of their names, which begin with account, region and time; within a file oldest first.</summary>
    public async IAsyncEnumerable<Outcome<StoreAuditEvent>> ReadAsync(AuditQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (paths.Count == 0)
        {
            yield return new Failure(FailureCode.NotSupported, store, $"{store} was connected without CloudTrail files, and so tells nothing of who reads.")
            {
                Remedy = "Connect it with -CloudTrailPath.",
            };
        }

        if (Files().Failed(out var unlisted, out var files))
        {
            yield return unlisted;
            yield break;
        }

        foreach (var file in files)
        {
            await foreach (var happened in ReadAsync(file, query, cancellation))
            {
                yield return happened;
            }
        }
    }

    private async IAsyncEnumerable<Outcome<StoreAuditEvent>> ReadAsync(string path, AuditQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!(await TrailFile.OpenAsync(path, cancellation)).Succeeded(out var file, out var failure))
        {
            yield return failure;
            yield break;
        }

        // What names the secret is looked for among the bytes first: nearly all records are about something else.
        await using var opened = file;
        var wanted = query.Address is { } address ? SecretName.Of(address.Path) : null;
        using var scanner = new RecordScanner(file.Content, Encoding.UTF8.GetBytes(wanted ?? "secretsmanager.amazonaws.com"));
        var owner = query.Address is { } asked ? SecretName.AccountOf(asked.Path) ?? account : account;
        var events = new List<StoreAuditEvent>();
        var hasMore = true;
        while (hasMore)
        {
            var scanned = await file.ScanAsync(
                scanner, record => events.AddRange(CloudTrailRecord.Read(record, store, owner).Where(happened => Fits(happened, query))), cancellation);
            hasMore = scanned.Succeeded(out var progress, out failure) && progress == ScanProgress.More;
            if (hasMore && events.Count < Sorted)
            {
                continue;
            }

            foreach (var happened in events.OrderBy(static happened => happened.At))
            {
                yield return happened;
            }

            events.Clear();
        }

        if (failure is not null)
        {
            yield return failure;
        }
    }

    private static bool Fits(StoreAuditEvent happened, AuditQuery query) =>
        (query.Address is null || SecretName.MayBeSame(happened.Address.Path, query.Address.Path))
        && (query.VersionId is null || happened.VersionId == query.VersionId)
        && (query.Since is null || happened.At >= query.Since);

    private Outcome<IReadOnlyList<string>> Files()
    {
        try
        {
            return paths.SelectMany(FilesOf).OrderBy(Path.GetFileName, StringComparer.Ordinal).ToList();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Failure(FailureCode.FileNotFound, store, $"The folders {string.Join(", ", paths)} can't be read to their end ({e.GetType().Name}), so nobody knows what else they tell.");
        }
    }

    private static IEnumerable<string> FilesOf(string path) => File.Exists(path)
        ? [path]
        : Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(static file =>
            file.EndsWith(".json.gz", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".json", StringComparison.OrdinalIgnoreCase));
}
