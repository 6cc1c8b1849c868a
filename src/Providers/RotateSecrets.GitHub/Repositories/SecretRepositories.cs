using System.Runtime.CompilerServices;
using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Client;
using RotateSecrets.GitHub.Store;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Repositories;

/// <summary>Lists the repositories that may have a secret.</summary>
/// <param name="api">Calls the API.</param>
internal sealed class SecretRepositories(GitHubApi api)
{
    /// <summary>Lists them: the secret's own; for an organisation's, those that it lets have it. Where it isn't there yet, or may not be looked at, any may.</summary>
    public async IAsyncEnumerable<Outcome<string>> ReadAsync(SecretPlace place, SecretAddress address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (place.FullRepository is { } one)
        {
            yield return one;
            yield break;
        }

        var calls = new SecretCalls(api);
        var record = await calls.GetAsync(place, address, cancellation);
        var visibility = record.Succeeded(out var known, out _) ? known.Visibility : null;
        if (visibility == "selected")
        {
            await foreach (var listed in calls.ListRepositoriesAsync(place, address, cancellation))
            {
                yield return listed;
            }

            yield break;
        }

        await foreach (var listed in new RepositoryList(api).ReadAsync(place.Owner, cancellation))
        {
            if (listed.Failed(out var failure, out var repository))
            {
                yield return failure;
            }
            else if (visibility != "private" || !repository.IsPublic)
            {
                yield return repository.FullName;
            }
        }
    }
}
