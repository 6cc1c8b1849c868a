using System.IO.Compression;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Aws.Audit;

/// <summary>A file of CloudTrail records, and its content unpacked.</summary>
internal sealed class TrailFile : IAsyncDisposable
{
    private readonly string path;
    private readonly FileStream raw;

    private TrailFile(string path, FileStream raw, bool isPacked)
    {
        this.path = path;
        this.raw = raw;
        Content = isPacked ? new GZipStream(raw, CompressionMode.Decompress, leaveOpen: true) : raw;
    }

    public Stream Content { get; }

    /// <summary>Opens a file, and sees whether it is packed.</summary>
    public static async Task<Outcome<TrailFile>> OpenAsync(string path, CancellationToken cancellation)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.SequentialScan });
            var first = new byte[2];
            var isPacked = await stream.ReadAtLeastAsync(first, first.Length, throwOnEndOfStream: false, cancellation) == first.Length && first is [0x1f, 0x8b];
            stream.Position = 0;
            return new TrailFile(path, stream, isPacked);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            stream?.Dispose();
            return Unread(path, e);
        }
    }

    /// <summary>Deals with the next piece of it.</summary>
    public async Task<Outcome<ScanProgress>> ScanAsync(RecordScanner scanner, RecordTaker take, CancellationToken cancellation)
    {
        try
        {
            var progress = await scanner.NextAsync(take, cancellation);
            return progress == ScanProgress.Broken
                ? new Failure(FailureCode.DocumentInvalid, path, $"{path} ends in the middle of a record, or is no CloudTrail file.")
                : progress;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return Unread(path, e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Content.DisposeAsync();
        await raw.DisposeAsync();
    }

    private static Failure Unread(string path, Exception e) => new(FailureCode.DocumentInvalid, path, $"{path} can't be read to its end ({e.GetType().Name}).");
}
