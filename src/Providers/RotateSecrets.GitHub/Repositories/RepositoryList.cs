using System.Runtime.CompilerServices;
using RotateSecrets.GitHub.Client;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Repositories;

/// <summary>A repository in an owner's list.</summary>
/// <param name="FullName">Its name: <c>owner/name</c>.</param>
/// <param name="IsPublic">Whether everybody may see it.</param>
internal sealed record ListedRepository(string FullName, bool IsPublic);

/// <summary>Lists the repositories of an owner in which something can run: the archived ones are left out.</summary>
/// <param name="api">Calls the API.</param>
internal sealed class RepositoryList(GitHubApi api)
{
    /// <summary>Lists them.</summary>
    public async IAsyncEnumerable<Outcome<ListedRepository>> ReadAsync(string owner, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var isUser = false;
        await foreach (var listed in PagesAsync($"orgs/{Uri.EscapeDataString(owner)}/repos", "GET /orgs/{org}/repos", owner, cancellation))
        {
            if (listed.Failure is { Code: FailureCode.SecretNotFound })
            {
                isUser = true;
                break;
            }

            yield return listed;
        }

        if (isUser)
        {
            await foreach (var listed in PagesAsync($"users/{Uri.EscapeDataString(owner)}/repos", "GET /users/{username}/repos", owner, cancellation))
            {
                yield return listed.Failure is { Code: FailureCode.SecretNotFound }
                    ? new Failure(FailureCode.AccessDenied, owner, $"There is no organisation or user {owner}, or the token has no access to its repositories: GitHub answers 404 to both.")
                    : listed;
            }
        }
    }

    private async IAsyncEnumerable<Outcome<ListedRepository>> PagesAsync(string path, string operation, string owner, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var page in api.PagesAsync(new CallNeed(owner, operation, "Metadata: read"), path + "?per_page=100", null, cancellation))
        {
            if (page.Failed(out var failure, out var repository))
            {
                yield return failure;
            }
            else if (repository.Text("full_name") is { } name && !repository.Flag("archived") && !repository.Flag("disabled"))
            {
                yield return new ListedRepository(name, repository.Text("visibility") is { } visibility ? visibility == "public" : !repository.Flag("private"));
            }
        }
    }
}
