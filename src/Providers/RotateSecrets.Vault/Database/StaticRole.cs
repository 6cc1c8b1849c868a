using System.Globalization;
using RotateSecrets.Secrets;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault.Database;

/// <summary>A role of the database engine whose user stays the same and whose password the engine changes.</summary>
/// <param name="Engine">The mount, with a slash at its end.</param>
/// <param name="Name">The role's name.</param>
internal sealed record StaticRole(string Engine, string Name)
{
    /// <summary>How the path of its credentials begins behind the mount.</summary>
    public const string Prefix = "static-creds/";

    /// <summary>Where its credentials are read.</summary>
    public string Credentials => $"{Engine}{Prefix}{Name}";

    /// <summary>Where it is described.</summary>
    public string Definition => $"{Engine}static-roles/{Name}";

    /// <summary>Where a new password is asked for.</summary>
    public string Rotation => $"{Engine}rotate-role/{Name}";

    /// <summary>The role at a place.</summary>
    public static StaticRole At(SecretPlace place) => new(place.Mount.Path, place.Name[Prefix.Length..]);
}

/// <summary>A user and a password, as the engine gave them.</summary>
/// <param name="User">The user.</param>
/// <param name="Password">The password. It is whoever asked's to dispose of.</param>
/// <param name="ChangedAt">When the engine last changed it, in UTC.</param>
internal sealed record StaticCredentials(string User, SecretValue Password, DateTimeOffset ChangedAt) : IDisposable
{
    /// <summary>What the version is called: the engine counts none, but knows to the tenth of a microsecond when it changed the password.</summary>
    public string Id => ChangedAt.UtcDateTime.ToString("yyyyMMdd'T'HHmmss.fffffff'Z'", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void Dispose() => Password.Dispose();
}
