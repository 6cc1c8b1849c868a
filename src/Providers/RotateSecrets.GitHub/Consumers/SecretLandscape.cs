using System.Collections.Concurrent;
using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Client;
using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Repositories;
using RotateSecrets.GitHub.Workflows;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Consumers;

/// <summary>
/// Finds out which secret of a name a job gets: the environment's covers the repository's, which covers the organisation's. It asks for no more than a reference leaves open, and once a search.
/// </summary>
/// <param name="api">Calls the API.</param>
/// <param name="place">The secret whose consumers are looked for; it counts as being there.</param>
internal sealed class SecretLandscape(GitHubApi api, SecretPlace place)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<Outcome<bool>>>> asked = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Lazy<Task<Outcome<IReadOnlyList<string>>>>> environments = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How a reference relates to the secret.</summary>
    internal enum Relation
    {
        /// <summary>It gets another secret, or none.</summary>
        Other,

        /// <summary>It may get it: that depends on the run.</summary>
        Possible,

        /// <summary>It gets it.</summary>
        Definite,
    }

    /// <summary>Tells how a reference of a repository relates to the secret.</summary>
    public async Task<Outcome<Relation>> RelateAsync(string repository, SecretReference reference, CancellationToken cancellation)
    {
        if (place.Environment is not null && reference.Environment is { IsComputed: false } certain
            && !string.Equals(certain.Name, place.Environment, StringComparison.OrdinalIgnoreCase))
        {
            return Relation.Other;
        }

        var known = await KnownAsync(repository, reference, cancellation);
        if (known.Failure is { } failure)
        {
            // Who may not look can't say that it is another's.
            return failure.Code is FailureCode.AccessDenied or FailureCode.SecretNotFound ? Relation.Possible : failure;
        }

        known.Succeeded(out var names, out _);
        var scopes = SecretResolution.Resolve(reference, names!);
        var isAmong = scopes.Any(scope => scope.Kind switch
        {
            SecretScopeKind.Environment => place.Environment is not null && string.Equals(scope.Environment, place.Environment, StringComparison.OrdinalIgnoreCase),
            SecretScopeKind.Repository => place is { Repository: not null, Environment: null },
            _ => place.Repository is null,
        });
        return !isAmong ? Relation.Other
            : scopes.Count > 1 || reference.IsPossible || place.Use != SecretUse.Actions ? Relation.Possible
            : Relation.Definite;
    }

    private async Task<Outcome<KnownSecrets>> KnownAsync(string repository, SecretReference reference, CancellationToken cancellation)
    {
        var covering = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (place.Environment is not null)
        {
            covering.Add(place.Environment);
        }

        if (place.Use == SecretUse.Actions)
        {
            IReadOnlyList<string> candidates = reference.Environment.Name is { } named ? [named] : [];
            if (reference.Environment.IsComputed && place.Environment is null && (await EnvironmentsAsync(repository, cancellation)).Failed(out var failure, out candidates!))
            {
                return failure;
            }

            foreach (var environment in candidates.Where(name => place.Environment is null))
            {
                if ((await HasAsync($"repos/{BranchList.Escaped(repository)}/environments/{Uri.EscapeDataString(environment)}", cancellation)).Failed(out failure, out var has))
                {
                    return failure;
                }

                if (has)
                {
                    covering.Add(environment);
                }
            }
        }

        var inRepository = place is { Repository: not null, Environment: null };
        if (place.Repository is null)
        {
            if ((await HasAsync($"repos/{BranchList.Escaped(repository)}/{place.Use.ToString().ToLowerInvariant()}", cancellation)).Failed(out var failure, out inRepository))
            {
                return failure;
            }
        }

        return new KnownSecrets(covering, inRepository, place.Repository is null);
    }

    private Task<Outcome<bool>> HasAsync(string scope, CancellationToken cancellation) => asked.GetOrAdd(scope, path => new Lazy<Task<Outcome<bool>>>(async () =>
    {
        var found = await api.GetAsync(
            new CallNeed(scope, "GET /repos/{owner}/{repo}/actions/secrets/{secret_name}", "Secrets: read"), $"{path}/secrets/{place.Name}", cancellation);
        return found.Failure switch
        {
            null => true,
            { Code: FailureCode.SecretNotFound } => false,
            var failure => failure,
        };
    })).Value;

    private Task<Outcome<IReadOnlyList<string>>> EnvironmentsAsync(string repository, CancellationToken cancellation) =>
        environments.GetOrAdd(repository, name => new Lazy<Task<Outcome<IReadOnlyList<string>>>>(async () =>
        {
            var names = new List<string>();
            await foreach (var listed in api.PagesAsync(
                new CallNeed(name, "GET /repos/{owner}/{repo}/environments", "Actions: read"), $"repos/{BranchList.Escaped(name)}/environments?per_page=100", "environments", cancellation))
            {
                if (listed.Failed(out var failure, out var environment))
                {
                    return failure;
                }

                if (environment.Text("name") is { } text)
                {
                    names.Add(text);
                }
            }

            return names;
        })).Value;
}
