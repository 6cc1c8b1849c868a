using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Access;

/// <summary>The JSON Web Token with which an app says who it is.</summary>
/// <remarks>Source: GitHub's page "Generating a JSON Web Token (JWT) for a GitHub App"; the messages are those of api.github.com.</remarks>
internal static class AppAssertion
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>Checks a token against the server's clock.</summary>
    public static Credential Check(GitHubState state, string token)
    {
        var parts = token.Split('.');
        var head = Read(parts[0]);
        var claims = Read(parts[1]);
        var issuer = claims?["iss"]?.ToString();
        var app = state.Apps.FirstOrDefault(app => issuer == app.ClientId || issuer == app.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (head?["alg"]?.ToString() != "RS256" || claims is null || app is null || !IsSigned(app, parts))
        {
            throw Refused("A JSON web token could not be decoded");
        }

        if (Moment(claims, "iat") is not { } issued || issued > state.Now)
        {
            throw Refused("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
        }

        if (Moment(claims, "exp") is not { } expires || expires <= state.Now)
        {
            throw Refused("'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires");
        }

        return expires > state.Now + Longest
            ? throw Refused("'Expiration time' claim ('exp') is too far in the future")
            : new Credential(token, app.Owner) { App = app, IsAppItself = true, Permissions = [] };
    }

    private static bool IsSigned(App app, string[] parts)
    {
        try
        {
            return app.Key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static DateTimeOffset? Moment(JsonObject claims, string name) =>
        claims[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<long>(out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private static JsonObject? Read(string part)
    {
        try
        {
            return JsonNode.Parse(Base64Url.DecodeFromChars(part)) as JsonObject;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return null;
        }
    }

    private static Refusal Refused(string message) => new(Reply.Error(401, message));
}
