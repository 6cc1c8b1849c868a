using Npgsql;
using RotateSecrets.Secrets;

namespace RotateSecrets.Vault.Database;

/// <summary>What became of an attempt to log in.</summary>
internal enum LoginResult
{
    /// <summary>The database let the user in.</summary>
    Accepted,

    /// <summary>The database refused user or password.</summary>
    Refused,

    /// <summary>It could not be asked.</summary>
    Unknown,
}

/// <summary>An attempt to log in.</summary>
/// <param name="Result">What became of it.</param>
/// <param name="Evidence">What was seen, in words.</param>
internal sealed record LoginAttempt(LoginResult Result, string Evidence);

/// <summary>Logs in to PostgreSQL as a client would, and out again.</summary>
internal static class LoginProbe
{
    private const int Seconds = 10;

    /// <summary>Tries to log in.</summary>
    /// <param name="location">Where.</param>
    /// <param name="user">As whom.</param>
    /// <param name="password">With what.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public static async Task<LoginAttempt> TryAsync(DatabaseLocation location, string user, SecretValue password, CancellationToken cancellation)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder
            {
                Host = location.Host,
                Port = location.Port,
                Database = location.Name.Length == 0 ? user : location.Name,
                Username = user,
                Password = password.Reveal(),
                SslMode = Mode(location.Encryption),
                RootCertificate = location.Authorities,
                Pooling = false,
                Timeout = Seconds,
                CommandTimeout = Seconds,
            };
            await using var connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync(cancellation);
            return new LoginAttempt(LoginResult.Accepted, $"the database at {location} lets {user} in");
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification)
        {
            return new LoginAttempt(LoginResult.Refused, $"the database at {location} refuses {user} (state {e.SqlState})");
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InsufficientPrivilege)
        {
            // Both are said only to those whose password is right.
            return new LoginAttempt(LoginResult.Accepted, $"the database at {location} knows {user} (state {e.SqlState})");
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException or IOException or ArgumentException)
        {
            return new LoginAttempt(LoginResult.Unknown, $"the database at {location} can't be asked from here ({(e as PostgresException)?.SqlState ?? e.InnerException?.GetType().Name ?? e.GetType().Name})");
        }
    }

    // Without a word, an encrypted connection is tried first, as libpq does.
    private static SslMode Mode(string word) => word switch
    {
        "disable" => SslMode.Disable,
        "allow" => SslMode.Allow,
        "require" => SslMode.Require,
        "verify-ca" => SslMode.VerifyCA,
        "verify-full" => SslMode.VerifyFull,
        _ => SslMode.Prefer,
    };
}
