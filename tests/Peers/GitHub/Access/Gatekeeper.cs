using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Access;

/// <summary>Tells who asks, and what they may.</summary>
/// <param name="state">All that the server knows.</param>
internal sealed class Gatekeeper(GitHubState state)
{
    /// <summary>Tells who asks.</summary>
    public Credential Authenticate(Incoming incoming)
    {
        var header = incoming.Headers.GetValueOrDefault("Authorization")?.Split(' ', 2) ?? [];
        if (header is not [var scheme, var token] || !(scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) || scheme.Equals("token", StringComparison.OrdinalIgnoreCase)))
        {
            throw new Refusal(Reply.Error(401, "Requires authentication"));
        }

        if (token.Count(static sign => sign == '.') == 2)
        {
            return AppAssertion.Check(state, token);
        }

        return state.Find(token) is { } found && !(found.ExpiresAt <= state.Now) ? found : throw new Refusal(Reply.Error(401, "Bad credentials"));
    }

    /// <summary>Lets a request through, or refuses it as GitHub does.</summary>
    /// <returns>The repository and the organisation that it names.</returns>
    public (Repository? Repository, Account? Organization) Admit(Credential caller, Route route, IReadOnlyDictionary<string, string> values)
    {
        if (route.IsForApps != caller.IsAppItself)
        {
            throw new Refusal(Reply.Error(caller.IsAppItself ? 403 : 401, caller.IsAppItself ? "Resource not accessible by integration" : "A JSON web token could not be decoded"));
        }

        if (values.TryGetValue("repo", out var name))
        {
            return (Repository(caller, route, state.FindRepository($"{values["owner"]}/{name}")), null);
        }

        return values.TryGetValue("org", out var org) ? (null, Organization(caller, route, state.FindAccount(org))) : (null, null);
    }

    /// <summary>Refuses what a token lacks the permission for.</summary>
    public static Refusal Lacking(Credential caller, string accepted, string scope)
    {
        if (caller.Permissions is null)
        {
            return new Refusal(Reply.Error(403, "Must have admin rights to Repository.", ("X-Accepted-OAuth-Scopes", scope), ("X-OAuth-Scopes", string.Join(", ", caller.Scopes.Order(StringComparer.Ordinal)))));
        }

        return new Refusal(Reply.Error(403, $"Resource not accessible by {(caller.App is null ? "personal access token" : "integration")}", ("x-accepted-github-permissions", accepted)));
    }

    private static Repository Repository(Credential caller, Route route, Repository? repository)
    {
        if (repository is null)
        {
            throw new Refusal(Reply.NotFound);
        }

        if (caller.IsAppItself)
        {
            return repository;
        }

        if (!caller.Sees(repository))
        {
            throw new Refusal(Reply.NotFound);
        }

        CheckSso(caller, repository.Owner);
        if (route.Permission is { } permission)
        {
            if (!caller.Has(permission, route.Level!))
            {
                throw Lacking(caller, $"{permission}={route.Level}", "repo");
            }

            // Secrets are seen by those alone who may write them.
            var needed = route.IsWrite || permission.Contains("secret", StringComparison.Ordinal) ? RepositoryRole.Push : RepositoryRole.Pull;
            if (caller.Role < needed || (caller.Permissions is null && !caller.Scopes.Contains("repo")))
            {
                throw caller.Permissions is null ? Lacking(caller, string.Empty, "repo") : new Refusal(Reply.Error(403, "Must have admin rights to Repository."));
            }
        }

        return route.IsWrite && repository.IsArchived && !route.Name.EndsWith("/rerun", StringComparison.Ordinal)
            ? throw new Refusal(Reply.Error(403, "Repository was archived so is read-only."))
            : repository;
    }

    private static Account Organization(Credential caller, Route route, Account? organization)
    {
        if (organization is not { IsOrganization: true })
        {
            throw new Refusal(Reply.NotFound);
        }

        if (caller.IsAppItself)
        {
            return organization;
        }

        CheckSso(caller, organization);
        if (caller.App is { } app && app.Owner != organization)
        {
            throw new Refusal(Reply.Error(403, "Resource not accessible by integration", ("x-accepted-github-permissions", $"{route.Permission}={route.Level}")));
        }

        return route.Permission is not { } permission || (caller.Permissions is null ? caller.Scopes.Contains("admin:org") || permission == "metadata" : caller.Has(permission, route.Level!))
            ? organization
            : throw Lacking(caller, $"{permission}={route.Level}", "admin:org");
    }

    private static void CheckSso(Credential caller, Account owner)
    {
        if (owner.RequiresSso && caller.App is null && !caller.AuthorizedFor.Contains(owner.Login))
        {
            throw new Refusal(Reply.Error(
                403,
                "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.",
                ("X-GitHub-SSO", $"required; url=https://github.com/orgs/{owner.Login}/sso?authorization_request=AZSCKtL4U8yX1H3sCQIVnVgmjmon5fWxks5YrqhJgah0b2tlbl9pZM4EuMz4")));
        }
    }
}
