using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Vault.Database;

/// <summary>Sees with a role's own login that the database goes by its password: before it is rotated and afterwards.</summary>
/// <param name="location">Where the database is; null where that isn't known, and so nothing can be tried.</param>
/// <param name="target">What is rotated, for failures.</param>
internal sealed class RoleLogin(DatabaseLocation? location, string target)
{
    /// <summary>Sees that the role can log in before anything is touched.</summary>
    public async Task<Failure?> BeforeAsync(StaticCredentials held, StaticRole role, CancellationToken cancellation) =>
        location is not null && await LoginProbe.TryAsync(location, held.User, held.Password, cancellation) is { Result: LoginResult.Refused } attempt
            ? new Failure(FailureCode.ProbeFailed, target, $"The role can't log in as it is: {attempt.Evidence}. Nothing was touched.")
            {
                Remedy = $"Somebody changed the password in the database: set it again with `vault write -f {role.Rotation}`, or mend the user there.",
            }
            : null;

    /// <summary>Sees that the new password is taken, and the old one no longer.</summary>
    public async Task<Failure?> AfterAsync(StaticCredentials held, StaticCredentials? old, CancellationToken cancellation)
    {
        if (location is null)
        {
            return null;
        }

        if (await LoginProbe.TryAsync(location, held.User, held.Password, cancellation) is { Result: LoginResult.Refused } fresh)
        {
            return new Failure(FailureCode.ProbeFailed, target, $"The new password doesn't work: {fresh.Evidence}.");
        }

        return old is not null && !old.Password.Equals(held.Password)
            && await LoginProbe.TryAsync(location, old.User, old.Password, cancellation) is { Result: LoginResult.Accepted } stale
            && await AsksAsync(location, held.User, cancellation)
            ? new Failure(FailureCode.ProbeFailed, target, $"The old password still works: {stale.Evidence}.")
            : null;
    }

    // A database that trusts whoever comes lets in the old password as it does any other.
    private static async Task<bool> AsksAsync(DatabaseLocation location, string user, CancellationToken cancellation)
    {
        using var wrong = SecretValue.FromText(Guid.NewGuid().ToString("N"));
        return (await LoginProbe.TryAsync(location, user, wrong, cancellation)).Result != LoginResult.Accepted;
    }
}
