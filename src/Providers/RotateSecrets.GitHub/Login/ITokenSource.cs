using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Login;

/// <summary>What each request is authorised with.</summary>
internal interface ITokenSource : IDisposable
{
    /// <summary>The Authorization header's value; null to send none.</summary>
    /// <param name="cancellation">Gives up at once.</param>
    ValueTask<string?> AuthorizationAsync(CancellationToken cancellation);

    /// <summary>The server doesn't take it any more: whether another can be had.</summary>
    bool Renew();
}

/// <summary>A token that somebody made.</summary>
/// <param name="token">The token.</param>
internal sealed class GivenToken(SecretValue token) : ITokenSource
{
    /// <inheritdoc/>
    public ValueTask<string?> AuthorizationAsync(CancellationToken cancellation) => ValueTask.FromResult<string?>("Bearer " + token.Reveal());

    /// <inheritdoc/>
    public bool Renew() => false;

    /// <inheritdoc/>
    public void Dispose() => token.Dispose();
}
