using RotateSecrets.GitHub.Client;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Repositories;

/// <summary>Asks about branches what GraphQL doesn't tell everybody.</summary>
/// <param name="api">Calls the API.</param>
internal sealed class BranchList(GitHubApi api)
{
    /// <summary>The branches that are protected.</summary>
    public async Task<Outcome<IReadOnlySet<string>>> ProtectedAsync(string repository, CancellationToken cancellation)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var listed in api.PagesAsync(Need(repository), $"repos/{Escaped(repository)}/branches?protected=true&per_page=100", null, cancellation))
        {
            if (listed.Failed(out var failure, out var branch))
            {
                return failure;
            }

            if (branch.Text("name") is { } name)
            {
                names.Add(name);
            }
        }

        return names;
    }

    /// <summary>Why a repository of which GraphQL tells nothing can't be read.</summary>
    public async Task<Failure> WhyUnreadAsync(string repository, CancellationToken cancellation)
    {
        var asked = await api.GetAsync(Need(repository), $"repos/{Escaped(repository)}/branches?per_page=1", cancellation);
        return asked.Failure switch
        {
            null => new Failure(FailureCode.AccessDenied, repository, $"The files of {repository} can't be read: the token may see its branches, and not what is in them (Contents: read)."),
            { Code: FailureCode.SecretNotFound } => new Failure(
                FailureCode.AccessDenied, repository, $"There is no repository {repository}, or the token has no access to what is in it: GitHub answers 404 to both.")
            {
                Remedy = "See that the name is right, and that the token has Contents: read for the repository.",
            },
            var failure => failure,
        };
    }

    /// <summary>The repository, as a part of a path.</summary>
    public static string Escaped(string repository) => string.Join('/', repository.Split('/').Select(Uri.EscapeDataString));

    private static CallNeed Need(string repository) => new(repository, "GET /repos/{owner}/{repo}/branches", "Contents: read");
}
