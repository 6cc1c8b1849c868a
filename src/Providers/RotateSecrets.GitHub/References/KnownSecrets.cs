namespace RotateSecrets.GitHub.References;

/// <summary>The scope whose secret a job gets. An environment's covers a repository's, which covers an organisation's.</summary>
/// <param name="Kind">Which kind of scope.</param>
/// <param name="Environment">The environment's name, where it is one; else null.</param>
internal sealed record SecretScope(SecretScopeKind Kind, string? Environment)
{
    /// <summary>The repository.</summary>
    public static SecretScope Repository { get; } = new(SecretScopeKind.Repository, null);

    /// <summary>The organisation.</summary>
    public static SecretScope Organization { get; } = new(SecretScopeKind.Organization, null);
}

/// <summary>Kinds of scopes, from the one that covers the others.</summary>
internal enum SecretScopeKind
{
    /// <summary>One environment of a repository.</summary>
    Environment,

    /// <summary>A repository.</summary>
    Repository,

    /// <summary>An organisation, for the repositories that it lets have the secret.</summary>
    Organization,
}

/// <summary>In which scopes secrets of one name exist, as a repository sees it.</summary>
/// <param name="Environments">The environments of the repository that have one; names are not told apart by case.</param>
/// <param name="InRepository">Whether the repository has one.</param>
/// <param name="InOrganization">Whether the organisation has one that it lets the repository have.</param>
internal sealed record KnownSecrets(IReadOnlySet<string> Environments, bool InRepository, bool InOrganization);
