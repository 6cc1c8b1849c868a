using System.IO.Compression;
using System.IO.Enumeration;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Vault.Audit;

/// <summary>The files in which an audit log lies: those of a file audit device, and what a socket audit device has sent.</summary>
/// <param name="patterns">The files, with wildcards in their last part.</param>
/// <param name="listener">What hears a socket audit device; null for nothing.</param>
internal sealed class AuditSource(IReadOnlyList<string> patterns, AuditListener? listener) : IAsyncDisposable
{
    // A file that was last written to before then has nothing younger, whatever two clocks have between them.
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(5);

    private static readonly FileStreamOptions Sequential = new() { BufferSize = 0, Options = FileOptions.SequentialScan | FileOptions.Asynchronous, Share = FileShare.ReadWrite | FileShare.Delete };

    /// <summary>Whether there is any.</summary>
    public bool Exists => patterns.Count > 0 || listener is not null;

    /// <summary>Whether something is missing that should have been heard; null where nothing is.</summary>
    public Failure? Gap => listener?.Gap;

    /// <summary>The files, the one that was written to last at the end. What was rotated away was written to before what is written to now.</summary>
    /// <param name="since">From when on what is in them matters; null for always.</param>
    public IEnumerable<Outcome<string>> Files(DateTimeOffset? since)
    {
        var found = new List<FileInfo>();
        foreach (var pattern in patterns)
        {
            var folder = new DirectoryInfo(Path.GetDirectoryName(Path.GetFullPath(pattern))!);
            var matching = folder.Exists
                ? folder.EnumerateFiles().Where(file => FileSystemName.MatchesSimpleExpression(Path.GetFileName(pattern), file.Name, ignoreCase: false)).ToList()
                : [];
            if (matching.Count == 0)
            {
                yield return new Failure(FailureCode.FileNotFound, pattern, $"There is no audit file {pattern}.");
            }

            found.AddRange(matching);
        }

        foreach (var file in found.DistinctBy(static file => file.FullName, StringComparer.Ordinal).OrderBy(static file => file.LastWriteTimeUtc))
        {
            if (since is null || new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero) >= since - Leeway)
            {
                yield return file.FullName;
            }
        }

        if (listener is not null)
        {
            yield return listener.File;
        }
    }

    /// <summary>Opens a file, unpacked if it is gzipped.</summary>
    /// <param name="path">The file.</param>
    /// <param name="since">From when on what is in it matters: an unpacked file is opened there; null for its beginning.</param>
    public static Outcome<Stream> Open(string path, DateTimeOffset? since)
    {
        try
        {
            var stream = new FileStream(path, Sequential);
            var magic = new byte[2];
            var isGzip = stream.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1f, 0x8b];
            stream.Position = isGzip || since is null ? 0 : TimeSearch.Find(stream, since.Value - Leeway);
            return Outcome.Of<Stream>(isGzip ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Failure(FailureCode.FileNotFound, path, $"The audit file {path} can't be read.");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => listener?.DisposeAsync() ?? ValueTask.CompletedTask;
}
