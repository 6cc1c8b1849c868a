using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using RotateSecrets.Outcomes;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Audit;

/// <summary>
/// Reads CloudTrail records from files as they are delivered to S3: gzip JSON, or JSON. Memory doesn't grow with the files. CloudTrail delivers some minutes late, so what
/// isn't there yet proves nothing.
/// </summary>
/// <param name="store">The store's name, for the addresses of events.</param>
/// <param name="paths">Files, and folders that are searched with all that is in them.</param>
internal sealed class CloudTrail(string store, IReadOnlyList<string> paths)
{
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

        var wanted = query.Address is { } address ? SecretName.Of(address.Path) : null;
        foreach (var file in paths.SelectMany(FilesOf).OrderBy(Path.GetFileName, StringComparer.Ordinal))
        {
            var events = new List<StoreAuditEvent>();
            var failure = await ScanAsync(
                file, wanted, record => events.AddRange(CloudTrailRecord.Read(record, store).Where(happened => Fits(happened, query, wanted))), cancellation);
            foreach (var happened in events.OrderBy(static happened => happened.At))
            {
                yield return happened;
            }

            if (failure is not null)
            {
                yield return failure;
            }
        }
    }

    private static bool Fits(StoreAuditEvent happened, AuditQuery query, string? wanted) =>
        (wanted is null || SecretName.Of(happened.Address.Path) == wanted)
        && (query.VersionId is null || happened.VersionId == query.VersionId)
        && (query.Since is null || happened.At >= query.Since);

    private static IEnumerable<string> FilesOf(string path) => File.Exists(path)
        ? [path]
        : Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(static file =>
            file.EndsWith(".json.gz", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".json", StringComparison.OrdinalIgnoreCase));

    private static async Task<Failure?> ScanAsync(string file, string? wanted, RecordTaker take, CancellationToken cancellation)
    {
        try
        {
            // What names the secret is looked for among the bytes first: nearly all records are about something else.
            var needle = Encoding.UTF8.GetBytes(wanted ?? "secretsmanager.amazonaws.com");
            await using var raw = new FileStream(file, new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.ReadWrite, BufferSize = 0, Options = FileOptions.SequentialScan });
            var first = new byte[2];
            var isPacked = await raw.ReadAtLeastAsync(first, 2, throwOnEndOfStream: false, cancellation) == 2 && first is [0x1f, 0x8b];
            raw.Position = 0;
            await using Stream content = isPacked ? new GZipStream(raw, CompressionMode.Decompress) : raw;
            return await RecordScanner.ScanAsync(content, needle, take, cancellation)
                ? null
                : new Failure(FailureCode.DocumentInvalid, file, $"{file} ends in the middle of a record, or is no CloudTrail file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return new Failure(FailureCode.DocumentInvalid, file, $"{file} can't be read to its end ({e.GetType().Name}).");
        }
    }
}

/// <summary>Takes the JSON of one record. The span must not be kept.</summary>
/// <param name="record">The record.</param>
internal delegate void RecordTaker(ReadOnlySpan<byte> record);

/// <summary>The name of a secret, whether it was called by its name or by its ARN.</summary>
internal static class SecretName
{
    // An ARN's name has a dash and six characters behind it. Source: the service's user guide, "What's in a secret".
    private const int Suffix = 7;

    public static string Of(string id)
    {
        var parts = id.Split(':', 7);
        return parts is ["arn", _, "secretsmanager", _, _, "secret", var name]
            ? name.Length > Suffix && name[^Suffix] == '-' ? name[..^Suffix] : name
            : id;
    }
}
