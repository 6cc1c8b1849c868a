using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
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
internal sealed partial class DescribedGitHub : IAsyncDisposable
{
    private const string Flaw = "https://stoplight.io/prism/errors#";

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
            new Uri(house.Prism, Closed(path)),
            async response =>
            {
                if (await LookAsync($"{context.Request.Method} {path}", response))
                {
                    context.Abort();
                }
            },
            (Relay.Destination, $"{Server.Address.Port}"),
            ("X-Double-Root", new Uri(Address, prefix).ToString()));
    }

    // Whether the double gave no answer.
    private async Task<bool> LookAsync(string name, HttpResponseMessage response)
    {
        if (response.Headers.TryGetValues("sl-violations", out var found))
        {
            using var list = JsonDocument.Parse(found.First());
            foreach (var one in list.RootElement.EnumerateArray().Where(static one => one.GetProperty("severity").GetString() == "Error"))
            {
                violations.Enqueue($"{name}: {string.Join('.', one.GetProperty("location").EnumerateArray())}: {one.GetProperty("message").GetString()}");
            }
        }

        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return false;
        }

        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        if (problem.RootElement.GetProperty("type").GetString()?.StartsWith(Flaw, StringComparison.Ordinal) != true)
        {
            return true;
        }

        if (found is null)
        {
            var flaws = problem.RootElement.TryGetProperty("validation", out var validation) ? validation.ToString() : problem.RootElement.GetProperty("detail").GetString();
            violations.Enqueue($"{name}: {problem.RootElement.GetProperty("title").GetString()}: {flaws}");
        }

        return false;
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

    // A parameter at the end of a path may have slashes in it, which the description says by x-multi-segment alone; a proxy goes by what stands between slashes.
    private static string Closed(string target)
    {
        var path = target.Split('?')[0];
        var open = Tail().Match(path);
        return open.Success ? open.Groups["head"].Value + open.Groups["tail"].Value.Replace("/", "%2F", StringComparison.Ordinal) + target[path.Length..] : target;
    }

    [GeneratedRegex("^(?<head>/repos/[^/]+/[^/]+/(?:contents|git/ref|git/refs|git/matching-refs|branches)/)(?<tail>.+)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Tail();
}
