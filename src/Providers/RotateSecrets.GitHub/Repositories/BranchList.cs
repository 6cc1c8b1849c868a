using RotateSecrets.GitHub.Client;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Repositories;

/// <summary>The heads of a repository's branches.</summary>
/// <param name="ETag">By what the next request asks whether any has moved.</param>
/// <param name="Heads">Name, last commit and protection; null where none has moved.</param>
internal sealed record BranchHeads(string? ETag, IReadOnlyList<BranchFiles>? Heads);

/// <summary>Asks for the heads of branches: the one request that tells whether anything in a repository has changed.</summary>
/// <param name="api">Calls the API.</param>
internal sealed class BranchList(GitHubApi api)
{
    private const int NotModified = 304;

    /// <summary>Asks, by the ETag of an earlier answer where there is one.</summary>
    public async Task<Outcome<BranchHeads>> ReadAsync(string repository, string? tag, CancellationToken cancellation)
    {
        var need = new CallNeed(repository, "GET /repos/{owner}/{repo}/branches", "Contents: read");
        var heads = new List<BranchFiles>();
        string? first = null;
        for (Uri? next = new($"repos/{Escaped(repository)}/branches?per_page=100", UriKind.Relative); next is not null;)
        {
            if ((await api.GetAsync(need, next, cancellation, first is null ? tag : null)).Failed(out var failure, out var page))
            {
                return failure.Code == FailureCode.SecretNotFound ? NoRepository(repository) : failure;
            }

            if (page.Status == NotModified)
            {
                return new BranchHeads(tag, null);
            }

            heads.AddRange(page.Body.Items()
                .Select(static branch => (Name: branch.Text("name"), Sha: branch.At("commit").Text("sha"), IsProtected: branch.Flag("protected")))
                .Where(static branch => branch is { Name: not null, Sha: not null })
                .Select(static branch => new BranchFiles(branch.Name!, branch.Sha!, branch.IsProtected, [])));
            next = page.Next();

            // The ETag of the first page says nothing of the others: where there are several, the next session reads them all.
            first ??= next is null ? page.ETag : string.Empty;
        }

        return new BranchHeads(first is { Length: > 0 } ? first : null, heads);
    }

    /// <summary>The repository, as a part of a path.</summary>
    public static string Escaped(string repository) => string.Join('/', repository.Split('/').Select(Uri.EscapeDataString));

    private static Failure NoRepository(string repository) =>
        new(FailureCode.AccessDenied, repository, $"There is no repository {repository}, or the token has no access to what is in it: GitHub answers 404 to both.")
        {
            Remedy = "See that the name is right, and that the token has Contents: read for the repository.",
        };
}
