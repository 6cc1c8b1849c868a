using Octokit;
using RotateSecrets.GitHub.Client;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Login;

/// <summary>The tokens of an app's installation, each for an hour; a new one is had before the old one ends.</summary>
/// <param name="key">The app's key.</param>
/// <param name="installation">The installation's id.</param>
/// <param name="time">This machine's clock.</param>
internal sealed class AppToken(AppKey key, long installation, TimeProvider time) : ITokenSource
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    private static readonly CallNeed Need = new("GitHub App", "POST /app/installations/{installation_id}/access_tokens", "none but the app's own key");

    private readonly SemaphoreSlim turn = new(1, 1);
    private SecretValue? token;
    private DateTimeOffset expires;

    /// <summary>Calls the server for a new token. Set before the first request.</summary>
    public GitHubApi Api { get; set; } = null!;

    /// <inheritdoc/>
    public async ValueTask<string?> AuthorizationAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            // Without one, the server would answer that nothing is there.
            if ((token is null || time.GetUtcNow() >= expires - Margin) && (await RefreshAsync(cancellation)).Failed(out var failure, out _))
            {
                throw new LoginException(failure);
            }

            return "Bearer " + token!.Reveal();
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Gets the first token, so that what is wrong is known when connecting.</summary>
    public async Task<Outcome<bool>> OpenAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            return await RefreshAsync(cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public bool Renew()
    {
        expires = default;
        return true;
    }

    public void Dispose()
    {
        token?.Dispose();
        key.Dispose();
        turn.Dispose();
    }

    // A clock that goes wrong makes a token that the server doesn't take: its answer shows the right time, and so the second attempt fits.
    private async Task<Outcome<bool>> RefreshAsync(CancellationToken cancellation)
    {
        var asked = await AskAsync(cancellation);
        if (asked.Failure is { Code: FailureCode.CredentialsInvalid } && Api.Clock.Offset != TimeSpan.Zero)
        {
            asked = await AskAsync(cancellation);
        }

        if (asked.Failed(out var failure, out var made))
        {
            return failure.Code switch
            {
                FailureCode.CredentialsInvalid => failure with
                {
                    Message = "GitHub doesn't take the app's key: the id or the key is another app's, or the clocks differ.",
                    Remedy = "See that the app's id belongs to the key, and set this machine's clock.",
                },
                FailureCode.SecretNotFound => new Failure(FailureCode.CredentialsInvalid, Need.Target, $"The app has no installation {installation}.")
                {
                    Remedy = "The id is the last part of the address of the installation's settings.",
                },
                FailureCode.AccessDenied => new Failure(FailureCode.AccessDenied, Need.Target, $"GitHub gives no token for the app's installation {installation}: it is suspended, or blocked.")
                {
                    Remedy = "See the installed GitHub Apps in the settings of the organisation, or the user, and unsuspend it.",
                },
                _ => failure,
            };
        }

        token?.Dispose();
        token = SecretValue.FromText(made.Token);
        expires = made.ExpiresAt - Api.Clock.Offset;
        return true;
    }

    // It has its own authorisation: it is asked for while another request waits for it.
    private Task<Outcome<AccessToken>> AskAsync(CancellationToken cancellation) => Api.CallAsync(
        Need,
        client => client.GitHubApps.CreateInstallationToken(installation),
        cancellation,
        new CallContext(cancellation) { Authorization = "Bearer " + key.Token(Api.Clock.Now) });
}
