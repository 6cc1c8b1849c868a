using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault.Database;

/// <summary>
/// The static roles of a database engine: the engine makes the password and sets it in the database, where there is one at a time. So it is rotated by being asked to, and can't be
/// written or brought back. Its only version is Current.
/// </summary>
internal sealed class StaticRoles(VaultServer server) : ISecretEngine
{
    private const string UserField = "username";

    private readonly DatabaseCalls calls = new(server);

    /// <summary>The key of a static role whose address names none.</summary>
    public static string DefaultField => "password";

    /// <inheritdoc/>
    public async Task<Outcome<IReadOnlyList<SecretVersion>>> ListAsync(SecretAddress address, SecretPlace place, CancellationToken cancellation)
    {
        if ((await calls.CredentialsAsync(StaticRole.At(place), address.ToString(), cancellation)).Failed(out var failure, out var held))
        {
            return failure;
        }

        using (held)
        {
            return Outcome.Of<IReadOnlyList<SecretVersion>>([Describe(address, held)]);
        }
    }

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> ReadAsync(SecretAddress address, SecretPlace place, VersionSelector selector, CancellationToken cancellation)
    {
        if ((await calls.CredentialsAsync(StaticRole.At(place), address.ToString(), cancellation)).Failed(out var failure, out var held))
        {
            return failure;
        }

        using (held)
        {
            if (selector.Id is { } id ? id != held.Id : selector.Stage != SecretStage.Current)
            {
                return new Failure(FailureCode.VersionNotFound, address.ToString(), $"{address} has no {selector}: a static role has one password at a time.");
            }

            var value = place.Field switch
            {
                UserField => SecretValue.FromText(held.User),
                var field when field == DefaultField => held.Password.Reveal(static bytes => SecretValue.FromBytes(bytes)),
                _ => null,
            };
            return value is null
                ? new Failure(FailureCode.SecretNotFound, address.ToString(), $"A static role has no key '{place.Field}'.") { Remedy = "It has username and password." }
                : Describe(address, held) with { Value = value, Fingerprint = value.Fingerprint, Length = value.Length };
        }
    }

    /// <summary>Has the engine change the password, and sees that the database goes by it.</summary>
    /// <param name="address">The role.</param>
    /// <param name="place">Where it is.</param>
    /// <param name="expected">The version that is to be replaced; null for whichever is current. Where another is current by then, nothing is started.</param>
    /// <param name="cancellation">Gives up at once; the effect is then unknown.</param>
    public async Task<Outcome<SecretVersion>> RotateAsync(SecretAddress address, SecretPlace place, string? expected, CancellationToken cancellation)
    {
        var (role, target) = (StaticRole.At(place), address.ToString());
        if ((await calls.CredentialsAsync(role, target, cancellation)).Failed(out var failure, out var before))
        {
            return failure;
        }

        using (before)
        {
            var login = new RoleLogin((await calls.LocationAsync(role, target, cancellation)).Succeeded(out var location, out _) ? location : null, target);
            if (expected is not null && before.Id != expected)
            {
                return await login.AfterAsync(before, null, cancellation) is { } stale ? stale : Describe(address, before);
            }

            if (await login.BeforeAsync(before, role, cancellation) is { } refused)
            {
                return refused;
            }

            var asked = await calls.RotateAsync(role, target, cancellation);
            if ((await calls.CredentialsAsync(role, target, cancellation)).Failed(out failure, out var after))
            {
                return asked.Failure ?? failure with { Effect = Effect.Unknown };
            }

            using (after)
            {
                // What was asked for is told by the credentials alone: an answer may be lost, and an answer may be wrong.
                return after.Id == before.Id
                    ? asked.Failure ?? NotRotated(role, target)
                    : await login.AfterAsync(after, before, cancellation) is { } unproven ? unproven : Describe(address, after);
            }
        }
    }

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> PutAsync(PutRequest request, SecretPlace place, CancellationToken cancellation) => Never(request.Address, "be written");

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> PromoteAsync(SecretAddress address, SecretPlace place, string id, string? expected, CancellationToken cancellation) =>
        Never(address, "be brought back");

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, SecretPlace place, string id, CancellationToken cancellation) =>
        Never(address, "be revoked while it is in force");

    /// <inheritdoc/>
    public Task<Outcome<SecretAddress>> RemoveAsync(SecretAddress address, SecretPlace place, CancellationToken cancellation) => Task.FromResult<Outcome<SecretAddress>>(
        new Failure(FailureCode.NotSupported, address.ToString(), $"{address} is a static role of a database engine, which is taken away where it was made.") { Remedy = "See `vault delete`." });

    /// <inheritdoc/>
    public async Task<Outcome<(StoreAccess Impossible, IReadOnlyList<string> Findings)>> CheckAsync(
        SecretAddress address, SecretPlace place, StoreAccess wanted, CancellationToken cancellation)
    {
        var (role, target) = (StaticRole.At(place), address.ToString());
        if ((await calls.CredentialsAsync(role, target, cancellation)).Failed(out var failure, out var held))
        {
            return failure;
        }

        using (held)
        {
            if ((await calls.LocationAsync(role, target, cancellation)).Failed(out var hidden, out var location))
            {
                return (StoreAccess.None, [$"Nobody can see from here whether the database takes the login: {hidden.Message}"]);
            }

            var attempt = await LoginProbe.TryAsync(location, held.User, held.Password, cancellation);
            return (attempt.Result == LoginResult.Refused ? StoreAccess.Promote : StoreAccess.None, [$"Tried just now: {attempt.Evidence}."]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is kept.
    }

    private static Failure NotRotated(StaticRole role, string target) =>
        new(FailureCode.StoreUnavailable, target, $"The server took the demand at {role.Rotation}, and the password is the old one still: it could not set it in the database.")
        {
            Remedy = "See that the server reaches the database, and its log; then resume.",
        };

    private static Task<Outcome<SecretVersion>> Never(SecretAddress address, string what) => Task.FromResult<Outcome<SecretVersion>>(
        new Failure(FailureCode.NotSupported, address.ToString(), $"The password of {address} can't {what}: the database engine makes it, and keeps no other.")
        {
            Remedy = "Rotate it by a plan, whose strategy is then Delegated.",
        });

    private SecretVersion Describe(SecretAddress address, StaticCredentials held) =>
        new(address, held.Id, SecretStage.Current, held.ChangedAt) { Age = server.Time.GetUtcNow() - held.ChangedAt };
}
