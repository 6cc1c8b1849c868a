using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RotateSecrets.GitHub.Client;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Repositories;

/// <summary>Asks by GraphQL for the workflow files of many commits of many repositories at once, which REST takes a request a file for.</summary>
/// <param name="api">Calls the API.</param>
internal sealed class ContentQuery(GitHubApi api)
{
    /// <summary>How many commits, or files, are asked for at a time: the server has ten seconds for an answer.</summary>
    public const int Batch = 60;

    private const string Folder = ".github/workflows";

    private static readonly CallNeed Need = new("workflows", "POST /graphql", "Contents: read");

    /// <summary>What a repository's commits have.</summary>
    /// <param name="DefaultBranch">Its default branch.</param>
    /// <param name="IsArchived">Whether it is archived.</param>
    /// <param name="Files">The workflow files of each commit.</param>
    internal sealed record Found(string DefaultBranch, bool IsArchived, Dictionary<string, IReadOnlyList<FileEntry>> Files);

    /// <summary>Asks for the workflow files of commits.</summary>
    /// <param name="wanted">Repositories and their commits.</param>
    /// <param name="blobs">Takes what the files hold, as far as it came along.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>What each repository has, in their order; null for one that can't be read.</returns>
    public async Task<Outcome<IReadOnlyList<Found?>>> AskAsync(
        IReadOnlyList<(string Repository, IReadOnlyList<string> Commits)> wanted, IDictionary<string, byte[]> blobs, CancellationToken cancellation)
    {
        var query = new StringBuilder("query {");
        for (var i = 0; i < wanted.Count; i++)
        {
            var (owner, name) = Parts(wanted[i].Repository);
            query.Append(CultureInfo.InvariantCulture, $" r{i}: repository(owner: {Quoted(owner)}, name: {Quoted(name)}) {{ isArchived defaultBranchRef {{ name }}");
            for (var j = 0; j < wanted[i].Commits.Count; j++)
            {
                query.Append(CultureInfo.InvariantCulture, $" c{j}: object(expression: {Quoted($"{wanted[i].Commits[j]}:{Folder}")}) {{ ... on Tree {{ entries {{ name type oid object {{ ... on Blob {{ text isTruncated }} }} }} }} }}");
            }

            query.Append(" }");
        }

        return (await api.QueryAsync(Need, query.Append(" }").ToString(), cancellation)).Map<IReadOnlyList<Found?>>(data =>
            [.. wanted.Select((one, i) => Read(data.At(FormattableString.Invariant($"r{i}")), one.Commits, blobs))]);
    }

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

    private static Found? Read(JsonElement repository, IReadOnlyList<string> commits, IDictionary<string, byte[]> blobs)
    {
        if (repository.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var files = new Dictionary<string, IReadOnlyList<FileEntry>>(StringComparer.Ordinal);
        for (var j = 0; j < commits.Count; j++)
        {
            var entries = new List<FileEntry>();
            foreach (var entry in repository.At(FormattableString.Invariant($"c{j}")).At("entries").Items())
            {
                if (entry.Text("type") == "blob" && entry.Text("name") is { } name && IsWorkflow(name) && entry.Text("oid") is { } oid)
                {
                    entries.Add(new FileEntry($"{Folder}/{name}", oid));
                    Take(entry.At("object"), oid, blobs);
                }
            }

            files[commits[j]] = entries;
        }

        return new Found(repository.At("defaultBranchRef").Text("name") ?? string.Empty, repository.Flag("isArchived"), files);
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

    private static string Quoted(string text) => JsonSerializer.Serialize(text);
}
