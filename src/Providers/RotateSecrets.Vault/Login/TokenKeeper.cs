using RotateSecrets.Outcomes;
using RotateSecrets.Vault.Client;

namespace RotateSecrets.Vault.Login;

/// <summary>What is known of the token, and its renewal as long as the connection lasts: at two thirds of its time.</summary>
internal sealed class TokenKeeper : IAsyncDisposable
{
    private static readonly TimeSpan Soonest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Latest = TimeSpan.FromDays(1);

    private readonly CancellationTokenSource end = new();
    private readonly VaultClient client;
    private readonly TimeProvider time;
    private readonly string target;
    private readonly Task work;

    private TokenKeeper(VaultClient client, TimeProvider time, string target, VaultToken token)
    {
        this.client = client;
        this.time = time;
        this.target = target;
        Token = token;
        work = token.IsRenewable && token.ExpiresAt is not null ? RenewAsync() : Task.CompletedTask;
    }

    /// <summary>The token, as it was when it was last looked at.</summary>
    public VaultToken Token { get; private set; }

    /// <summary>Looks at the client's token, and keeps it alive from then on.</summary>
    public static async Task<Outcome<TokenKeeper>> StartAsync(VaultClient client, TimeProvider time, string target, CancellationToken cancellation)
    {
        var call = VaultCall.Get("auth/token/lookup-self", target);
        if ((await client.SendAsync(call, cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            // The server says the same of a token that is none and of one that may not look at itself, which all may by the policy that is called default.
            if ((int)reply.Status == 403 && await IsValidAsync(client, target, cancellation))
            {
                return new TokenKeeper(client, time, target, VaultToken.Unknown);
            }

            if (!reply.IsSuccess)
            {
                return (int)reply.Status is 403 or 404 or 400
                    ? new Failure(FailureCode.CredentialsInvalid, target, client.Namespace is { } inside
                        ? $"The token isn't valid in the namespace '{inside}', or there is no such namespace."
                        : "The token isn't valid: it is wrong, expired or revoked.")
                    {
                        Remedy = "Log in again with `vault login`, or give another token.",
                    }
                    : VaultFault.Of(reply, call);
            }

            var data = reply.Data;
            var expires = data.Number("ttl") is > 0 and var seconds ? time.GetUtcNow() + TimeSpan.FromSeconds(seconds) : (DateTimeOffset?)null;
            return new TokenKeeper(client, time, target, new VaultToken(
                data.Text("display_name") ?? "unnamed", [.. data.Texts("policies"), .. data.Texts("identity_policies")], expires, data.Flag("renewable"))
            {
                Entity = data.Text("entity_id") ?? string.Empty,
                Lifetime = TimeSpan.FromSeconds(data.Number("creation_ttl")),
            });
        }
    }

    /// <summary>Whether the client's token is one: which mounts it sees, which may be none, every token is told whatever its policies are.</summary>
    public static async Task<bool> IsValidAsync(VaultClient client, string target, CancellationToken cancellation)
    {
        if ((await client.SendAsync(VaultCall.Get("sys/internal/ui/mounts", target), cancellation)).Failed(out _, out var reply))
        {
            return true;
        }

        using (reply)
        {
            return (int)reply.Status != 403;
        }
    }

    /// <summary>What to say of a request that was refused because the token isn't valid any more.</summary>
    /// <param name="about">What the request was about.</param>
    public Failure Gone(string about) => new(FailureCode.CredentialsInvalid, about, Token.ExpiresAt is { } expired && expired <= time.GetUtcNow()
        ? $"The token expired at {expired:u}: {(Token.IsAtLimit ? "it had reached the longest life that it can have" : Token.WasRenewable ? "the server didn't renew it" : "it can't be renewed")}."
        : "The token is no longer valid: it expired or was revoked.")
    {
        Remedy = "Log in again with Connect-SecretStore, under the same name; then Resume-SecretRotation goes on where it stopped.",
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await work;
        end.Dispose();
    }

    private async Task RenewAsync()
    {
        try
        {
            while (Token is { IsRenewable: true, ExpiresAt: { } expires })
            {
                var left = expires - time.GetUtcNow();
                await Task.Delay(Clamp(left * 2 / 3), time, end.Token);
                await TryRenewAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The connection is closed.
        }
    }

    private async Task TryRenewAsync()
    {
        var call = VaultCall.Post("auth/token/renew-self", target, static body =>
        {
            body.WriteStartObject();
            body.WriteEndObject();
        }) with { IsRepeatable = true };
        if (!(await client.SendAsync(call, end.Token)).Succeeded(out var reply, out _))
        {
            return;
        }

        using (reply)
        {
            var auth = reply.Root.Member("auth");
            if (reply.IsSuccess && auth.Number("lease_duration") is > 0 and var seconds)
            {
                var granted = TimeSpan.FromSeconds(seconds);
                Token = Token with { ExpiresAt = time.GetUtcNow() + granted, IsRenewable = auth.Flag("renewable"), IsAtLimit = Token.Lifetime - granted > Soonest };
            }
            else if ((int)reply.Status is 400 or 403)
            {
                // What was refused once stays refused; the call that next needs the token says so.
                Token = Token with { IsRenewable = false };
            }
        }
    }

    private static TimeSpan Clamp(TimeSpan pause) => pause < Soonest ? Soonest : pause > Latest ? Latest : pause;
}

/// <summary>A token, without its text.</summary>
/// <param name="Name">What the server calls its owner.</param>
/// <param name="Policies">Its policies, those of its owner's identity included.</param>
/// <param name="ExpiresAt">When it ends, in UTC; null where it doesn't.</param>
/// <param name="IsRenewable">Whether that can be put off.</param>
internal sealed record VaultToken(string Name, IReadOnlyList<string> Policies, DateTimeOffset? ExpiresAt, bool IsRenewable)
{
    /// <summary>One that may not look at itself: what it is and when it ends isn't known, so it isn't renewed.</summary>
    public static VaultToken Unknown { get; } = new("somebody", [], null, false);

    /// <summary>The id of its owner's identity; empty where it has none.</summary>
    public string Entity { get; init; } = string.Empty;

    /// <summary>For how long it was made; zero for good. Renewed, it lives as long again, unless it comes to the longest life that it can have (max TTL).</summary>
    public TimeSpan Lifetime { get; init; }

    /// <summary>Whether that limit is why it ends when it ends.</summary>
    public bool IsAtLimit { get; init; }

    /// <summary>Whether it could be renewed when it was first looked at.</summary>
    public bool WasRenewable { get; } = IsRenewable;

    /// <summary>What audit logs call its owner.</summary>
    public string Principal => PrincipalOf(Name, Entity);

    /// <summary>What audit logs call somebody.</summary>
    public static string PrincipalOf(string name, string entity) => entity.Length == 0 ? name : $"{name} (entity {entity})";

    /// <summary>Whether it may do everything.</summary>
    public bool IsRoot => Policies.Contains("root", StringComparer.Ordinal);
}
