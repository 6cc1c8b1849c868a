using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RotateSecrets.Installation;

namespace RotateSecrets.GitHub.Repositories;

/// <summary>
/// Keeps what was read of repositories between two sessions, one file for each. What is kept is used only once the server has said, to the same token's owner, that it is still the same: who has no access any more
/// gets nothing from it.
/// </summary>
/// <param name="folder">Where.</param>
internal sealed class RepositoryCache(string folder)
{
    private const int Version = 3;

    /// <summary>What was kept of a repository; null where there is nothing that can be read.</summary>
    public RepositorySnapshot? Find(string repository)
    {
        try
        {
            var kept = JsonSerializer.Deserialize<Kept>(File.ReadAllBytes(FileOf(repository)));
            return kept is { Form: Version, Snapshot: { Repository: not null, DefaultBranch: not null, Branches: not null, Blobs: not null } snapshot }
                && snapshot.Branches.All(static branch => branch is { Name: not null, Sha: not null, Files: not null } && branch.Files.All(static file => file is { Path: not null, Oid: not null, Mode: not null }))
                && string.Equals(snapshot.Repository, repository, StringComparison.OrdinalIgnoreCase)
                ? snapshot
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Keeps what was read. Where that can't be done, the next session reads it again.</summary>
    public void Keep(RepositorySnapshot snapshot)
    {
        try
        {
            PrivateFile.Replace(FileOf(snapshot.Repository), JsonSerializer.SerializeToUtf8Bytes(new Kept(Version, snapshot)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A cache that can't be written is none.
        }
    }

    private string FileOf(string repository) => Path.Combine(
        folder, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(repository.ToLowerInvariant())))[..32].ToLowerInvariant() + ".json");

    private sealed record Kept(int Form, RepositorySnapshot Snapshot);
}
