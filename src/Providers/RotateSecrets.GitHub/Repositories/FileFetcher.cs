using System.Collections.Concurrent;
using Octokit;
using RotateSecrets.GitHub.Client;
using RotateSecrets.GitHub.References;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Repositories;

/// <summary>Fetches the files that workflows call: reusable workflows of other repositories, and actions. Each is fetched once a search.</summary>
/// <param name="api">Calls the API.</param>
/// <param name="reader">Reads repositories: what lies in one that was read already needs no request.</param>
internal sealed class FileFetcher(GitHubApi api, RepositoryReader reader)
{
    private readonly ConcurrentDictionary<FileSpot, Lazy<Task<Outcome<WorkflowFile>>>> fetched = new();

    /// <summary>Fetches a file.</summary>
    public Task<Outcome<WorkflowFile>> FetchAsync(FileSpot spot, CancellationToken cancellation) =>
        fetched.GetOrAdd(spot, one => new Lazy<Task<Outcome<WorkflowFile>>>(() => ReadAsync(one, cancellation))).Value;

    private async Task<Outcome<WorkflowFile>> ReadAsync(FileSpot spot, CancellationToken cancellation)
    {
        if (reader.Recent(spot.Repository) is { } snapshot
            && snapshot.Branches.FirstOrDefault(branch => branch.Name == spot.Ref || branch.Sha == spot.Ref) is { } branch
            && branch.Files.FirstOrDefault(file => file.Path == spot.Path) is { } known
            && snapshot.Blobs.TryGetValue(known.Oid, out var content))
        {
            return new WorkflowFile(spot.Path, content);
        }

        var (owner, name) = ContentQuery.Parts(spot.Repository);
        var asked = await api.CallAsync(
            new CallNeed($"{spot.Repository}:{spot.Path}@{spot.Ref}", "GET /repos/{owner}/{repo}/contents/{path}", "Contents: read"),
            client => client.Repository.Content.GetAllContentsByRef(owner, name, spot.Path, spot.Ref),
            cancellation);
        if (asked.Failed(out var failure, out var files))
        {
            return failure.Code is FailureCode.SecretNotFound or FailureCode.AccessDenied ? NoFile(spot) : failure;
        }

        return files is [{ Type.Value: ContentType.File, EncodedContent: { } encoded }] && Decoded(encoded) is { } bytes ? new WorkflowFile(spot.Path, bytes) : NoFile(spot);
    }

    private static Failure NoFile(FileSpot spot) =>
        new(FailureCode.FileNotFound, $"{spot.Repository}:{spot.Path}@{spot.Ref}", $"There is no file {spot.Path} in {spot.Repository} at {spot.Ref}, or the token has no access to it.");

    private static byte[]? Decoded(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }
}
