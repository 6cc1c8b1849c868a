using RotateSecrets.GitHub.References;

namespace RotateSecrets.GitHub.Workflows;

/// <summary>Tells which of several secrets with one name a job gets.</summary>
internal static class SecretResolution
{
    /// <summary>Tells the scopes whose secret the job gets.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="known">Where secrets of that name exist.</param>
    /// <returns>One scope where it is certain; several where it depends on the run; none where the job gets an empty text.</returns>
    public static IReadOnlyList<SecretScope> Resolve(SecretReference reference, KnownSecrets known)
    {
        IReadOnlyList<SecretScope> outer = reference.IsOnlyOfEnvironment ? []
            : known.InRepository ? [SecretScope.Repository]
            : known.InOrganization ? [SecretScope.Organization]
            : [];
        if (reference.Environment.IsComputed)
        {
            return [.. known.Environments.Order(StringComparer.OrdinalIgnoreCase).Select(Of), .. outer];
        }

        return reference.Environment.Name is { } name
            && known.Environments.FirstOrDefault(environment => environment.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found
                ? [Of(found)]
                : outer;
    }

    private static SecretScope Of(string environment) => new(SecretScopeKind.Environment, environment);
}
