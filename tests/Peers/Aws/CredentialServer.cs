using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace AwsDouble;

/// <summary>
/// Gives credentials of the double's account as the container's agent, the instance's metadata service, STS and SSO do, each as its API reference describes it.
/// </summary>
public sealed class CredentialServer : IAsyncDisposable
{
    public const string SessionToken = "session-token";
    public const string AccessToken = "sso-access-token";

    private readonly WebApplication app;

    private CredentialServer(WebApplication app) => this.app = app;

    public string Address => app.Urls.First();

    /// <summary>Who was asked: Container, Instance, WebIdentity, Sso.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public static async Task<CredentialServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var built = builder.Build();
        var server = new CredentialServer(built);
        built.MapGet("/container", () => server.Answer("Container", Keys()));
        built.MapPut("/latest/api/token", static () => "metadata-token");
        built.MapGet("/latest/meta-data/iam/security-credentials/", static () => "role");
        built.MapGet("/latest/meta-data/iam/security-credentials/role", (HttpRequest request) =>
            request.Headers["X-aws-ec2-metadata-token"] == "metadata-token" ? server.Answer("Instance", Keys()) : Results.Unauthorized());
        built.MapGet("/federation/credentials", (HttpRequest request) => request.Headers["x-amz-sso_bearer_token"] != AccessToken
            ? Results.Unauthorized()
            : server.Answer("Sso", new JsonObject
            {
                ["roleCredentials"] = new JsonObject
                {
                    ["accessKeyId"] = DoubleServer.AccessKey,
                    ["secretAccessKey"] = DoubleServer.SecretKey,
                    ["sessionToken"] = SessionToken,
                    ["expiration"] = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds(),
                },
            }));
        built.MapPost("/", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            server.Asked.Enqueue($"WebIdentity {form["Action"]} {form["RoleArn"]} {form["WebIdentityToken"]}");
            return Results.Content(
                $"""
                <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials>
                <AccessKeyId>{DoubleServer.AccessKey}</AccessKeyId><SecretAccessKey>{DoubleServer.SecretKey}</SecretAccessKey>
                <SessionToken>{SessionToken}</SessionToken><Expiration>{DateTimeOffset.UtcNow.AddHours(1):yyyy-MM-ddTHH:mm:ssZ}</Expiration>
                </Credentials><AssumedRoleUser><Arn>arn:aws:sts::{DoubleServer.Account}:assumed-role/app/s</Arn><AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser>
                </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
                """,
                "text/xml");
        });
        await built.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static JsonObject Keys() => new()
    {
        ["Code"] = "Success",
        ["Type"] = "AWS-HMAC",
        ["LastUpdated"] = $"{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ssZ}",
        ["AccessKeyId"] = DoubleServer.AccessKey,
        ["SecretAccessKey"] = DoubleServer.SecretKey,
        ["Token"] = SessionToken,
        ["Expiration"] = $"{DateTimeOffset.UtcNow.AddHours(1):yyyy-MM-ddTHH:mm:ssZ}",
    };

    private IResult Answer(string who, JsonObject answer)
    {
        Asked.Enqueue(who);
        return Results.Content(answer.ToJsonString(), "application/json");
    }
}
