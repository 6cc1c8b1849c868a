using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using RotateSecrets.Secrets;

namespace RotateSecrets.Health;

/// <summary>
/// Shows a service a token signed with a secret, and sees whether it is let in. Only 401 or 403 is a refusal, and only a status
/// from 200 to 299 an acceptance: a service that is down proves neither.
/// </summary>
/// <param name="client">Sends the request. It should not follow redirects.</param>
/// <param name="uri">A page that asks for a token.</param>
/// <param name="secret">What the token is signed with (HS256). It stays the caller's to dispose of.</param>
/// <param name="expectation">What the service should do with the token.</param>
/// <param name="time">The clock.</param>
public sealed class JwtProbe(HttpClient client, Uri uri, SecretValue secret, JwtExpectation expectation, TimeProvider time)
    : IHealthProbe
{
    /// <inheritdoc/>
    public string Name => $"Jwt{expectation}";

    /// <inheritdoc/>
    public string Target => uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>Claims beside iat, nbf, exp and jti, as a service may ask for them. Default: sub is rotatesecrets-probe.</summary>
    public IReadOnlyDictionary<string, object> Claims { get; init; } =
        new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = "rotatesecrets-probe" };

    /// <inheritdoc/>
    public async Task<ProbeVerdict> CheckAsync(CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", JsonWebToken.Sign(secret, Claims, time.GetUtcNow()));
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return Judge(response.StatusCode);
        }
        catch (HttpRequestException e)
        {
            return new ProbeVerdict(false, $"no answer: {HttpFault.Describe(e)}");
        }
    }

    private ProbeVerdict Judge(HttpStatusCode status)
    {
        JwtExpectation? seen = status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => JwtExpectation.Refused,
            >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => JwtExpectation.Accepted,
            _ => null,
        };
        return new ProbeVerdict(
            seen == expectation,
            string.Create(CultureInfo.InvariantCulture, $"status {(int)status} to a token signed with {secret.Fingerprint}"));
    }
}

/// <summary>What a service should do with a token.</summary>
public enum JwtExpectation
{
    /// <summary>Let its bearer in.</summary>
    Accepted,

    /// <summary>Send its bearer away.</summary>
    Refused,
}
