using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault.Audit;

/// <summary>Searches an audit log: its files one after another, as a stream.</summary>
/// <param name="source">Where it lies.</param>
/// <param name="server">The server whose it is.</param>
internal sealed class AuditLog(AuditSource source, VaultServer server)
{
    private readonly HashBook hashes = new(server);

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
        var files = source.Files(query.Since).ToList();
        for (var i = 0; i < files.Count; i++)
        {
            if (files[i].Failed(out var missing, out var path))
            {
                yield return missing;
                continue;
            }

            if (AuditSource.Open(path, query.Since).Failed(out var unread, out var stream))
            {
                yield return unread;
                continue;
            }

            await using var lines = query.Follow && i == files.Count - 1 && stream is FileStream ? new GrowingStream(stream, server.Time) : stream;
            await foreach (var line in LineSearch.FindAsync(lines, needle, cancellation))
            {
                if (AuditEntry.Read(line) is { } entry)
                {
                    await foreach (var happened in EventsAsync(entry, place, query, cancellation))
                    {
                        yield return happened;
                    }
                }
            }
        }

        if (source.Gap is { } gap)
        {
            yield return gap;
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

    private async IAsyncEnumerable<StoreAuditEvent> EventsAsync(
        AuditEntry entry, SecretPlace? place, AuditQuery query, [EnumeratorCancellation] CancellationToken cancellation)
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
        var versions = (await VersionsAsync(entry, place, query, cancellation)).Select(static number => number.ToString(CultureInfo.InvariantCulture));
        foreach (var version in versions.DefaultIfEmpty(null))
        {
            if (query.VersionId is null || query.VersionId == version)
            {
                yield return new StoreAuditEvent(entry.At, entry.IsRefused ? $"{operation} refused" : operation, address, version, entry.Principal, entry.From)
                {
                    IsOwn = server.OwnReads.ContainsKey(entry.Id),
                };
            }
        }
    }

    private async Task<IReadOnlyList<int>> VersionsAsync(AuditEntry entry, SecretPlace? place, AuditQuery query, CancellationToken cancellation)
    {
        var versions = entry.Versions.ToList();
        foreach (var hash in versions.Count > 0 ? [] : entry.Hashes)
        {
            if (await hashes.FindAsync(hash, query.VersionId, place, cancellation) is { } number)
            {
                versions.Add(number);
            }
        }

        return versions;
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
