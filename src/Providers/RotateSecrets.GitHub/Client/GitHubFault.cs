using System.Text.Json;
using System.Text.RegularExpressions;
using Octokit;
using RotateSecrets.GitHub.Login;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Client;

/// <summary>Makes a failure of a refusal. The server's own words are left out, but for the names in them: they may quote what was sent.</summary>
internal static partial class GitHubFault
{
    /// <summary>Whether the exception is an answer, or the lack of one, of the server.</summary>
    public static bool Fits(Exception e) =>
        e is ApiException or HttpRequestException or IOException or TimeoutException or JsonException or System.Runtime.Serialization.SerializationException or InvalidCastException or TaskCanceledException
            or LoginException;

    /// <summary>The failure of a call.</summary>
    /// <param name="e">What was thrown.</param>
    /// <param name="need">What the call is for.</param>
    /// <param name="clock">The server's clock.</param>
    public static Failure Of(Exception e, CallNeed need, ServerClock clock)
    {
        var unknown = need.IsWrite ? Effect.Unknown : Effect.None;
        return e switch
        {
            LoginException { Failure: var failure } => failure with { Target = need.Target, Effect = Effect.None },
            ApiException { HttpResponse: { } response } => OfAnswer(response, need, clock, unknown),
            TimeoutException or TaskCanceledException => new Failure(FailureCode.DeadlineExceeded, need.Target, $"{need.Operation} was not answered in time.") { Effect = unknown },
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => new Failure(
                FailureCode.ServerUntrusted, need.Target, "The server's certificate isn't trusted, or is another server's."),
            HttpRequestException or IOException => new Failure(
                FailureCode.StoreUnavailable, need.Target, $"{need.Operation} failed: the connection failed ({(e.InnerException ?? e).GetType().Name}).") { Effect = unknown },
            _ => new Failure(FailureCode.StoreUnavailable, need.Target, $"{need.Operation} failed: half an answer came, or none that it could have given.") { Effect = unknown },
        };
    }

    /// <summary>The failure of a query that was refused for a limit, though its answer has status 200; null for any other answer.</summary>
    public static Failure? OfQuery(GitHubAnswer answer, CallNeed need, ServerClock clock) =>
        answer.Body.ValueKind == JsonValueKind.Object && RateLimit.IsRefusedQuery(answer.Body.GetRawText())
        && RateLimit.Pause(System.Net.HttpStatusCode.TooManyRequests, answer.Headers.GetValueOrDefault, string.Empty, 0, clock.Now) is { } pause
            ? Throttled(need, pause) : null;

    private static Failure Throttled(CallNeed need, TimeSpan pause) =>
        new(FailureCode.Throttled, need.Target, $"GitHub asks for fewer requests than {need.Operation}, and to wait {pause:c}.") { RetryAfter = pause };

    private static Failure OfAnswer(IResponse response, CallNeed need, ServerClock clock, Effect unknown)
    {
        var status = (int)response.StatusCode;
        var headers = new Dictionary<string, string>(response.Headers, StringComparer.OrdinalIgnoreCase);
        var message = Message(response.Body as string);
        if (RateLimit.Pause(response.StatusCode, headers.GetValueOrDefault, message, 0, clock.Now) is { } pause)
        {
            return Throttled(need, pause);
        }

        return status switch
        {
            401 => new Failure(FailureCode.CredentialsInvalid, need.Target, $"GitHub doesn't take the token for {need.Operation}: it is wrong, expired or revoked."),
            403 or 404 when headers.GetValueOrDefault("X-GitHub-SSO") is { } sso => Unauthorised(sso, need),
            403 when message.Contains("archived", StringComparison.OrdinalIgnoreCase) => Archived(need),
            403 => Denied(headers, need),
            404 => new Failure(FailureCode.SecretNotFound, need.Target, $"{need.Operation} found nothing: it isn't there, or the token has no access to it ({need.Permission}).")
            {
                Remedy = $"GitHub answers the same to both. See that the names are right, and that the token may see the repository and has the permission {need.Permission}.",
            },
            409 => new Failure(FailureCode.VersionConflict, need.Target, $"{need.Operation} was refused: it doesn't go with what is there now."),
            410 => new Failure(FailureCode.NotSupported, need.Target, $"{need.Operation} is switched off there."),
            422 when message.Contains("limit", StringComparison.OrdinalIgnoreCase) || message.Contains("maximum", StringComparison.OrdinalIgnoreCase) => new Failure(
                FailureCode.LimitReached, need.Target, $"{need.Operation} was refused: a limit of GitHub is reached."),
            422 => new Failure(FailureCode.ValueInvalid, need.Target, $"GitHub takes {need.Operation} for invalid."),
            >= 500 => new Failure(FailureCode.StoreUnavailable, need.Target, $"{need.Operation} failed: GitHub answered {status}.") { Effect = unknown },
            _ => new Failure(FailureCode.NotSupported, need.Target, $"GitHub refuses {need.Operation} ({status})."),
        };
    }

    private static Failure Archived(CallNeed need) =>
        new(FailureCode.AccessDenied, need.Target, $"{need.Operation} was refused: the repository is archived, so nothing in it can be changed.")
        {
            Remedy = "Unarchive the repository first.",
        };

    // "required; url=https://github.com/orgs/acme/sso?authorization_request=...": the address is one that lets somebody in.
    private static Failure Unauthorised(string sso, CallNeed need) =>
        new(FailureCode.AccessDenied, need.Target, $"{need.Operation} was refused: the organisation wants single sign-on, and the token isn't authorised for it.")
        {
            Remedy = OrganizationPattern().Match(sso) is { Success: true } named
                ? $"Authorise the token for {named.Groups["name"].Value}: Settings, Developer settings, the token, Configure SSO."
                : "Authorise the token for the organisation: Settings, Developer settings, the token, Configure SSO.",
        };

    private static Failure Denied(Dictionary<string, string> headers, CallNeed need)
    {
        var accepted = PermissionsPattern().IsMatch(headers.GetValueOrDefault("X-Accepted-GitHub-Permissions") ?? string.Empty)
            ? $" (GitHub accepts {headers["X-Accepted-GitHub-Permissions"]})" : string.Empty;
        var scopes = ScopesPattern().IsMatch(headers.GetValueOrDefault("X-Accepted-OAuth-Scopes") ?? string.Empty)
            ? $" A classic token needs one of the scopes {headers["X-Accepted-OAuth-Scopes"]}." : string.Empty;
        return new Failure(FailureCode.AccessDenied, need.Target, $"{need.Operation} takes the permission {need.Permission}, which the token lacks{accepted}.")
        {
            Remedy = $"Give the token, or the app's installation, the permission {need.Permission}.{scopes}",
        };
    }

    private static string Message(string? body)
    {
        try
        {
            using var document = JsonDocument.Parse(body ?? "{}");
            return document.RootElement.Text("message") ?? string.Empty;
        }
        catch (JsonException)
        {
            return string.Empty;
        }
    }

    [GeneratedRegex("/orgs/(?<name>[A-Za-z0-9-]{1,100})/sso", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 100)]
    private static partial Regex OrganizationPattern();

    [GeneratedRegex(@"^[a-z_]{1,60}=(read|write|admin)([,;] ?[a-z_]{1,60}=(read|write|admin)){0,20}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 100)]
    private static partial Regex PermissionsPattern();

    [GeneratedRegex(@"^[a-z_:]{1,40}(, ?[a-z_:]{1,40}){0,20}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 100)]
    private static partial Regex ScopesPattern();
}
