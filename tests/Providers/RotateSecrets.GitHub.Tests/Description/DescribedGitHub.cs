using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using RotateSecrets.Peers.GitHub;

namespace RotateSecrets.GitHub.Tests.Description;

/// <summary>
/// A double behind GitHub's official description: every request to <see cref="Address"/> and every answer is checked, and disposing of it fails where one of them wasn't as it is described.
/// </summary>
internal sealed class DescribedGitHub : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> violations = new();
    private readonly WebApplication front;
    private readonly DescriptionHouse house;

    private DescribedGitHub(GitHubDouble server, WebApplication front, DescriptionHouse house)
    {
        Server = server;
        this.front = front;
        this.house = house;
        front.Run(AnswerAsync);
    }

    /// <summary>The double.</summary>
    public GitHubDouble Server { get; }

    /// <summary>Where a client goes.</summary>
    public Uri Address => new(front.Urls.First() + "/");

    /// <summary>What wasn't as it is described, so far.</summary>
    public IReadOnlyList<string> Violations => [.. violations];

    /// <summary>Starts a double. Skips the test where the description isn't installed.</summary>
    /// <param name="time">The double's clock.</param>
    public static async Task<DescribedGitHub> StartAsync(TimeProvider? time = null)
    {
        var official = await DescriptionHouse.NeedAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var described = new DescribedGitHub(await GitHubDouble.StartAsync(time), builder.Build(), official);
        await described.front.StartAsync();
        return described;
    }

    /// <summary>Takes the violations away, for a test that makes them.</summary>
    public IReadOnlyList<string> TakeViolations()
    {
        var taken = Violations;
        violations.Clear();
        return taken;
    }

    public async ValueTask DisposeAsync()
    {
        await front.DisposeAsync();
        await Server.DisposeAsync();
        Assert.True(violations.IsEmpty, "Not as GitHub's official description has it:\n" + string.Join('\n', violations.Distinct(StringComparer.Ordinal)));
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var prefix = target.StartsWith("/api/v3/", StringComparison.Ordinal) ? "/api/v3/" : target.StartsWith("/api/graphql", StringComparison.Ordinal) ? "/api/" : "/";
        var path = "/" + target[prefix.Length..];
        if (path.StartsWith("/graphql", StringComparison.Ordinal))
        {
            await QueryAsync(context, path);
            return;
        }

        await Relay.PassAsync(
            context,
            house.Of(path),
            async response =>
            {
                var verdict = await Verdict.ReadAsync($"{context.Request.Method} {path}", response);
                foreach (var flaw in verdict.Flaws)
                {
                    violations.Enqueue(flaw);
                }

                if (!verdict.IsAnswered)
                {
                    context.Abort();
                }
            },
            (Relay.Destination, $"{Server.Address.Port}"),
            ("X-Double-Root", new Uri(Address, prefix).ToString()));
    }

    private async Task QueryAsync(HttpContext context, string path)
    {
        context.Request.EnableBuffering();
        using var reader = new StreamReader(context.Request.Body, leaveOpen: true);
        var query = await reader.ReadToEndAsync();
        context.Request.Body.Position = 0;
        await Relay.PassAsync(context, new Uri(Server.Address, path), async response =>
        {
            var answer = response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadAsStringAsync() : null;
            foreach (var flaw in await house.JudgeAsync(query, answer))
            {
                violations.Enqueue($"POST {path}: {flaw}");
            }
        });
    }
}
