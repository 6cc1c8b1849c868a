using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Vault.Database;

/// <summary>The login of a database engine itself. The engine tells nobody its password, so it is the engine that tries it: it is told to log in anew, before and after.</summary>
internal sealed class RootLogin(VaultServer server)
{
    /// <summary>How the path of a connection begins behind the mount.</summary>
    public const string Prefix = "config/";

    private readonly DatabaseCalls calls = new(server);

    /// <summary>Has the engine change its password at a database.</summary>
    public async Task<Outcome<RootRotation>> RotateAsync(SecretAddress address, CancellationToken cancellation)
    {
        var target = address.ToString();
        if ((await server.Mounts.FindAsync(address, cancellation)).Failed(out var failure, out var mount))
        {
            return failure;
        }

        var inside = address.Path[mount.Path.Length..];
        var name = inside.StartsWith(Prefix, StringComparison.Ordinal) ? inside[Prefix.Length..] : inside;
        if (mount.Type != "database" || name.Length == 0 || name.Contains('/', StringComparison.Ordinal))
        {
            return new Failure(FailureCode.NotSupported, target, $"{address} is no connection of a database engine.")
            {
                Remedy = $"Write {address.Store}:database/{Prefix}NAME; see `vault list database/config` for the names.",
            };
        }

        if ((await calls.LogInAgainAsync(mount, name, target, cancellation)).Failed(out failure, out _))
        {
            return Ill(failure, target, "The engine can't log in to the database as it is; nothing was touched", FailureCode.ProbeFailed);
        }

        var rotated = await calls.RotateRootAsync(mount, name, target, cancellation);
        var again = await calls.LogInAgainAsync(mount, name, target, cancellation);
        if (rotated.Failure is { } unrotated)
        {
            return unrotated.Effect == Effect.Unknown
                ? unrotated with
                {
                    Message = $"{unrotated.Message} Whether the engine changed its password isn't known; it {(again.Failure is null ? "can log in" : "can't log in")}.",
                    Remedy = again.Failure is null ? "Nothing is broken: rotate it again." : "Set the engine's user and password anew at its connection, with those of a database administrator.",
                }
                : unrotated;
        }

        return again.Failure is { } locked
            ? Ill(locked, target, "The engine changed its password, and can't log in with it", FailureCode.ProbeFailed) with
            {
                Remedy = "Set the engine's user and password anew at its connection, with those of a database administrator.",
            }
            : new RootRotation(address, server.Time.GetUtcNow(), "the engine logged in anew before and afterwards, and nobody but it knows the new password");
    }

    private static Failure Ill(Failure cause, string target, string what, FailureCode code) =>
        cause.Code == FailureCode.AccessDenied ? cause : new Failure(code, target, $"{what}: {cause.Message}") { Remedy = cause.Remedy };
}
