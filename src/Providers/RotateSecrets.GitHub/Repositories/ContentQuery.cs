using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RotateSecrets.GitHub.Client;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Repositories;

/// <summary>Asks by GraphQL for the files of many commits of many repositories at once, which REST takes a request a file for.</summary>
/// <param name="api">Calls the API.</param>
internal sealed class ContentQuery(GitHubApi api)
{
    /// <summary>How many commits, or files, are asked for at a time: the server has ten seconds for an answer.</summary>
    public const int Batch = 60;

    /// <summary>Where workflows lie.</summary>
    public const string Folder = ".github/workflows";

    private const string Containers = ".devcontainer";
    private const string Container = "devcontainer.json";

    private static readonly string[] Single = [".github/dependabot.yml", ".github/dependabot.yaml", ".devcontainer.json"];

    private static readonly CallNeed Need = new("workflows", "POST /graphql", "Contents: read");

    /// <summary>Asks for the files of commits that may name a secret.</summary>
    /// <param name="wanted">Repositories and their commits, at least one of each.</param>
    /// <param name="blobs">Takes what the files hold, as far as it came along.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>What the commits of each repository have, in their order; null for one that can't be read.</returns>
    public async Task<Outcome<IReadOnlyList<IReadOnlyDictionary<string, IReadOnlyList<FileEntry>>?>>> AskAsync(
        IReadOnlyList<(string Repository, IReadOnlyList<string> Commits)> wanted, IDictionary<string, byte[]> blobs, CancellationToken cancellation)
    {
        var query = new StringBuilder("query {");
        for (var i = 0; i < wanted.Count; i++)
        {
            var (owner, name) = Parts(wanted[i].Repository);
            query.Append(CultureInfo.InvariantCulture, $" r{i}: repository(owner: {Quoted(owner)}, name: {Quoted(name)}) {{");
            for (var j = 0; j < wanted[i].Commits.Count; j++)
            {
                var commit = wanted[i].Commits[j];
                query.Append(CultureInfo.InvariantCulture, $" c{j}: object(expression: {Quoted($"{commit}:{Folder}")}) {{ ...Files }}");
                query.Append(CultureInfo.InvariantCulture, $" d{j}: object(expression: {Quoted($"{commit}:{Containers}")}) {{ ...Folders }}");
                for (var k = 0; k < Single.Length; k++)
                {
                    query.Append(CultureInfo.InvariantCulture, $" s{j}x{k}: object(expression: {Quoted($"{commit}:{Single[k]}")}) {{ oid ...Content }}");
                }
            }

            query.Append(" }");
        }

        query.Append(" } fragment Content on Blob { text isTruncated } fragment Files on Tree { entries { name type mode oid object { ...Content } } }");
        query.Append(" fragment Folders on Tree { entries { name type oid object { ...Content ...Files } } }");
        return (await api.QueryAsync(Need, query.ToString(), cancellation)).Map<IReadOnlyList<IReadOnlyDictionary<string, IReadOnlyList<FileEntry>>?>>(data =>
            [.. wanted.Select((one, i) => Read(data.At(FormattableString.Invariant($"r{i}")), one.Commits, blobs))]);
    }

    /// <summary>Whether a query that failed may have asked for more than the server can answer in its ten seconds: it says so by an error, or not at all.</summary>
    public static bool MayBeTooMuch(Failure failure) => failure.Code is FailureCode.StoreUnavailable or FailureCode.DeadlineExceeded;

    /// <summary>Git's own name for what a file holds.</summary>
    public static string OidOf(ReadOnlySpan<byte> content)
    {
        // Not for safety: it is what git names a file by.
#pragma warning disable CA5350
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        hash.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"blob {content.Length}\0")));
        hash.AppendData(content);
        return Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();
    }

    /// <summary>Gets what one file holds, byte for byte.</summary>
    public async Task<Outcome<byte[]>> BlobAsync(string repository, string oid, CancellationToken cancellation)
    {
        var (owner, name) = Parts(repository);
        var asked = await api.CallAsync(
            new CallNeed(repository, "GET /repos/{owner}/{repo}/git/blobs/{file_sha}", "Contents: read"), client => client.Git.Blob.Get(owner, name, oid), cancellation);
        if (asked.Failed(out var failure, out var blob))
        {
            return failure;
        }

        var bytes = new byte[blob.Content.Length];
        return Convert.TryFromBase64String(blob.Content, bytes, out var length) ? bytes[..length]
            : new Failure(FailureCode.StoreUnavailable, repository, $"Half an answer came for a file of {repository}.");
    }

    /// <summary>Owner and name.</summary>
    public static (string Owner, string Name) Parts(string repository) =>
        repository.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 ? (repository[..slash], repository[(slash + 1)..]) : (repository, string.Empty);

    private static Dictionary<string, IReadOnlyList<FileEntry>>? Read(JsonElement repository, IReadOnlyList<string> commits, IDictionary<string, byte[]> blobs)
    {
        if (repository.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var files = new Dictionary<string, IReadOnlyList<FileEntry>>(StringComparer.Ordinal);
        for (var j = 0; j < commits.Count; j++)
        {
            var entries = new List<FileEntry>();
            Take(repository.At(FormattableString.Invariant($"c{j}")), Folder, IsWorkflow, entries, blobs);
            Take(repository.At(FormattableString.Invariant($"d{j}")), Containers, static name => name == Container, entries, blobs);
            for (var k = 0; k < Single.Length; k++)
            {
                var single = repository.At(FormattableString.Invariant($"s{j}x{k}"));
                if (single.Text("oid") is { } oid)
                {
                    entries.Add(new FileEntry(Single[k], oid));
                    Take(single, oid, blobs);
                }
            }

            files[commits[j]] = entries;
        }

        return files;
    }

    private static void Take(JsonElement folder, string path, Func<string, bool> isWanted, List<FileEntry> entries, IDictionary<string, byte[]> blobs)
    {
        foreach (var entry in folder.At("entries").Items())
        {
            if (entry.Text("name") is not { } name || entry.Text("oid") is not { } oid)
            {
                continue;
            }

            if (entry.Text("type") == "tree")
            {
                Take(entry.At("object"), $"{path}/{name}", isWanted, entries, blobs);
            }
            else if (entry.Text("type") == "blob" && isWanted(name))
            {
                entries.Add(new FileEntry($"{path}/{name}", oid) { Mode = entry.Number("mode") is { } mode ? Convert.ToString(mode, 8) : FileEntry.PlainMode });
                Take(entry.At("object"), oid, blobs);
            }
        }
    }

    // The text may have been cut, or made of bytes that are none: only what has git's own name is what lies there.
    private static void Take(JsonElement blob, string oid, IDictionary<string, byte[]> blobs)
    {
        if (blob.Text("text") is { } text && !blob.Flag("isTruncated"))
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            if (OidOf(bytes) == oid)
            {
                blobs[oid] = bytes;
            }
        }
    }

    private static bool IsWorkflow(string name) => name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase);

    /// <summary>A text as GraphQL takes it.</summary>
    public static string Quoted(string text) => JsonSerializer.Serialize(text);
}
