using Octokit;
using RotateSecrets.GitHub;
using RotateSecrets.GitHub.Client;
using RotateSecrets.GitHub.Login;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using Connection = RotateSecrets.Providers.Connection;

[assembly: Provider(typeof(GitHubProvider))]

namespace RotateSecrets.GitHub;

/// <summary>
/// GitHub: github.com, ghe.com and GitHub Enterprise Server. Its location is the server's address (default: github.com); its credential is a token, or, with the settings <c>AppId</c> and
/// <c>InstallationId</c>, the private key of a GitHub App. Without a credential GH_TOKEN, GITHUB_TOKEN or the gh program's token is taken.
/// </summary>
public sealed class GitHubProvider : IProvider
{
    private readonly Func<GitHubEnvironment> environment;

    /// <summary>A provider that reads this process's environment.</summary>
    public GitHubProvider()
        : this(static () => GitHubEnvironment.Own)
    {
    }

    internal GitHubProvider(Func<GitHubEnvironment> environment) => this.environment = environment;

    /// <inheritdoc/>
    public async Task<Outcome<Connection>> ConnectAsync(ConnectionRequest request, CancellationToken cancellation)
    {
        var settings = new GitHubSettings(request);
        if (settings.Flaw() is { } flaw)
        {
            return flaw;
        }

        var own = environment();
        if (settings.Address().Failed(out var failure, out var address)
            || (await TokensAsync(request, settings, own, address.Host, cancellation)).Failed(out failure, out var tokens))
        {
            return failure;
        }

        var clock = new ServerClock(request.Time);
        var gate = new RequestGate(address.Api, tokens, clock, request.Time) { InnerHandler = new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) } };
        var octokit = new Octokit.Connection(
            new ProductHeaderValue("RotateSecrets"), address.Api, new Octokit.Internal.InMemoryCredentialStore(Credentials.Anonymous), new PatientHttpClient(gate), new Octokit.Internal.SimpleJsonSerializer());
        var server = new GitHubServer(request.Name, address.Host, new GitHubApi(octokit, clock), gate, tokens, own.Folder, request.Time);
        if (tokens is AppToken app)
        {
            app.Api = server.Api;
        }

        if (await CheckAsync(server, tokens, cancellation) is { } refused)
        {
            await server.DisposeAsync();
            return refused;
        }

        return server.Connection(settings.Owner, settings.ObservedWithin);
    }

    private static async Task<Failure?> CheckAsync(GitHubServer server, ITokenSource tokens, CancellationToken cancellation) => tokens is AppToken app
        ? (await app.OpenAsync(cancellation)).Failure
        : (await server.Api.GetAsync(new CallNeed(server.Name, "GET /rate_limit", "none"), "rate_limit", cancellation)).Failure is { Code: not FailureCode.SecretNotFound } failure
            ? failure.Code == FailureCode.CredentialsInvalid ? failure with { Remedy = "Make a new token, and connect again." } : failure
            : null;

    private static async Task<Outcome<ITokenSource>> TokensAsync(
        ConnectionRequest request, GitHubSettings settings, GitHubEnvironment own, string host, CancellationToken cancellation)
    {
        if (settings.AppId is { } app)
        {
            if (settings.InstallationId().Failed(out var failure, out var installation))
            {
                return failure;
            }

            return request.Credential is not { } pem
                ? new Failure(FailureCode.KeyMissing, request.Name, "A GitHub App connects with its private key, and none is given.")
                : AppKey.Read(app, pem).Failed(out failure, out var key) ? failure : new AppToken(key, installation, request.Time);
        }

        var token = request.Credential is { } given ? given.Reveal(static bytes => Secrets.SecretValue.FromBytes(bytes)) : await own.FindTokenAsync(host, cancellation);
        if (token is null)
        {
            return new Failure(FailureCode.CredentialsInvalid, request.Name, $"There is no token for {host}.")
            {
                Remedy = "Give one with -Token, set GH_TOKEN or GITHUB_TOKEN, or log in with: gh auth login",
            };
        }

        // A header takes no other characters, and says in its exception what it didn't take.
        if (token.Reveal(static bytes => bytes.IsEmpty || bytes.IndexOfAnyExceptInRange((byte)'!', (byte)'~') >= 0))
        {
            token.Dispose();
            return new Failure(FailureCode.ValueInvalid, request.Name, "What was given as the token is none: a token is made of letters, digits and signs, without spaces or line breaks.");
        }

        return new GivenToken(token);
    }
}
