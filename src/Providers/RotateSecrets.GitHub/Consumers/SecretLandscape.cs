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
/// <param name="names">Tells which names of secrets there are.</param>
/// <param name="place">The secret whose consumers are looked for; it counts as being there.</param>
internal sealed class SecretLandscape(GitHubApi api, SecretNames names, SecretPlace place)
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
            : scopes.Count > 1 || reference.IsPossible || (place.Use != SecretUse.Actions && !reference.Workflow.StartsWith(".github/dependabot.", StringComparison.Ordinal)) ? Relation.Possible
            : Relation.Definite;
    }

    private async Task<Outcome<KnownSecrets>> KnownAsync(string repository, SecretReference reference, CancellationToken cancellation)
    {
        var covering = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (place.Environment is not null)
        {
            covering.Add(place.Environment);
        }
        else if (place.Use == SecretUse.Actions)
        {
            IReadOnlyList<string> candidates = reference.Environment.Name is { } named ? [named] : [];
            if (reference.Environment.IsComputed && (await EnvironmentsAsync(repository, cancellation)).Failed(out var failure, out candidates!))
            {
                return failure;
            }

            foreach (var environment in candidates)
            {
                var found = await HasAsync(
                    $"repos/{BranchList.Escaped(repository)}/environments/{Uri.EscapeDataString(environment)}", "/repos/{owner}/{repo}/environments/{environment_name}/secrets", "Environments: read", Patience, cancellation);

                // An environment that isn't there is made when the job runs, and has none.
                if (found.Failed(out failure, out var has) && failure.Code != FailureCode.SecretNotFound)
                {
                    return failure;
                }

                if (has)
                {
                    covering.Add(environment);
                }
            }
        }

        // What an environment covers for certain isn't asked for.
        var inRepository = place is { Repository: not null, Environment: null };
        if (place.Repository is null && (reference.Environment.Name is not { } certain || !covering.Contains(certain)))
        {
            var use = place.Use.ToString().ToLowerInvariant();
            if ((await HasAsync(
                $"repos/{BranchList.Escaped(repository)}/{use}", $"/repos/{{owner}}/{{repo}}/{use}/secrets", (place with { Repository = repository }).Permission + ": read", TimeSpan.Zero, cancellation)).Failed(out var failure, out inRepository))
            {
                return failure;
            }
        }

        return new KnownSecrets(covering, inRepository, place.Repository is null);
    }

    // That an environment of one of many repositories has no secret of the name is believed for a while: at worst a workflow counts as a consumer that isn't one any more.
    private TimeSpan Patience => place.Repository is null ? TimeSpan.FromHours(1) : TimeSpan.Zero;

    private Task<Outcome<bool>> HasAsync(string scope, string path, string permission, TimeSpan patience, CancellationToken cancellation) => asked.GetOrAdd(
        scope, one => new Lazy<Task<Outcome<bool>>>(() => names.HasAsync(one, place.Name, new CallNeed(one, $"GET {path}", permission), patience, cancellation))).Value;

    private Task<Outcome<IReadOnlyList<string>>> EnvironmentsAsync(string repository, CancellationToken cancellation) =>
        environments.GetOrAdd(repository, name => new Lazy<Task<Outcome<IReadOnlyList<string>>>>(async () =>
        {
            var all = new List<string>();
            await foreach (var listed in api.PagesAsync(
                new CallNeed(name, "GET /repos/{owner}/{repo}/environments", "Actions: read"), $"repos/{BranchList.Escaped(name)}/environments?per_page=100", "environments", cancellation))
            {
                if (listed.Failed(out var failure, out var environment))
                {
                    return failure;
                }

                if (environment.Text("name") is { } text)
                {
                    all.Add(text);
                }
            }

            return all;
        })).Value;
}
