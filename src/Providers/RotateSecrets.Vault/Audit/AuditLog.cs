using System.Globalization;
using System.IO.Compression;
using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using System.Text;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault.Audit;

/// <summary>Searches the files of a file audit device: those that were rotated away too, gzipped or not, one after another as a stream.</summary>
/// <param name="patterns">The files, with wildcards in their last part.</param>
/// <param name="server">The server whose they are.</param>
internal sealed class AuditLog(IReadOnlyList<string> patterns, VaultServer server)
{
    private static readonly FileStreamOptions Sequential = new() { BufferSize = 0, Options = FileOptions.SequentialScan | FileOptions.Asynchronous, Share = FileShare.ReadWrite | FileShare.Delete };

    /// <summary>Finds the events that a query wants, file after file, each from its beginning.</summary>
    public async IAsyncEnumerable<Outcome<StoreAuditEvent>> ReadAsync(AuditQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        SecretPlace? place = null;
        if (query.Address is { } address && (await server.Mounts.ResolveAsync(address, cancellation)).Failed(out var unresolved, out place))
        {
            yield return unresolved;
            yield break;
        }

        // The end of the path is the rarest part of a line that is about the secret; what else has it is sorted out afterwards.
        var needle = place is null ? "\"type\":\"response\""u8.ToArray() : Encoding.UTF8.GetBytes($"/{Escaped(place.Name)}\"");
        foreach (var file in Files())
        {
            if (file.Failed(out var missing, out var path))
            {
                yield return missing;
                continue;
            }

            if (Open(path).Failed(out var unread, out var stream))
            {
                yield return unread;
                continue;
            }

            await using (stream)
            {
                await foreach (var line in LineSearch.FindAsync(stream, needle, cancellation))
                {
                    if (AuditEntry.Read(line) is { } entry)
                    {
                        foreach (var happened in Events(entry, place, query))
                        {
                            yield return happened;
                        }
                    }
                }
            }
        }
    }

    // As Go's encoding/json writes it, which escapes what HTML takes for itself.
    private static string Escaped(string text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text)
        {
            escaped.Append(c switch
            {
                '"' or '\\' => $"\\{c}",
                '<' or '>' or '&' or '\u2028' or '\u2029' => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        }

        return escaped.ToString();
    }

    private static Outcome<Stream> Open(string path)
    {
        try
        {
            var stream = new FileStream(path, Sequential);
            var magic = new byte[2];
            var isGzip = stream.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1f, 0x8b];
            stream.Position = 0;
            return Outcome.Of<Stream>(isGzip ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Failure(FailureCode.FileNotFound, path, $"The audit file {path} can't be read.");
        }
    }

    // What was rotated away was written to before what is written to now.
    private IEnumerable<Outcome<string>> Files()
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
            yield return file.FullName;
        }
    }

    private IEnumerable<StoreAuditEvent> Events(AuditEntry entry, SecretPlace? place, AuditQuery query)
    {
        if (entry.Namespace != (server.Client.Namespace ?? string.Empty) || entry.At < query.Since || Meant(entry, place) is not var (mount, endpoint, name))
        {
            yield break;
        }

        if ((query.Address ?? (SecretAddress.TryCreate(server.Name, mount.Path + name).Succeeded(out var own, out _) ? own : null)) is not { } address)
        {
            yield break;
        }

        var operation = Word(endpoint, entry.Operation);
        foreach (var version in entry.Versions.Select(static number => number.ToString(CultureInfo.InvariantCulture)).DefaultIfEmpty(null))
        {
            if (query.VersionId is null || query.VersionId == version)
            {
                yield return new StoreAuditEvent(entry.At, entry.IsRefused ? $"{operation} refused" : operation, address, version, entry.Principal, entry.From);
            }
        }
    }

    private (KeyValueMount Mount, string Endpoint, string Name)? Meant(AuditEntry entry, SecretPlace? place)
    {
        var mount = place?.Mount ?? server.Mounts.Seen.Where(one => one.IsKeyValue && entry.Path.StartsWith(one.Path, StringComparison.Ordinal)).MaxBy(static one => one.Path.Length);
        if (mount is null || !entry.Path.StartsWith(mount.Path, StringComparison.Ordinal))
        {
            return null;
        }

        var inside = entry.Path[mount.Path.Length..];
        var (endpoint, name) = mount.Version != 2 ? ("data", inside) : inside.Split('/', 2) is [var first, var rest] ? (first, rest) : (inside, string.Empty);
        return name.Length > 0 && (place is null || name == place.Name) ? (mount, endpoint, name) : null;
    }

    private static string Word(string endpoint, string operation) => (endpoint, operation) switch
    {
        ("data", "read") => "read",
        ("data", "delete") or ("delete", _) => "delete",
        ("data", _) => "write",
        ("destroy", _) => "revoke",
        ("undelete", _) => "undelete",
        ("metadata", "read" or "list") => "list",
        ("metadata", "delete") => "remove",
        ("metadata", _) => "note",
        _ => operation,
    };
}
