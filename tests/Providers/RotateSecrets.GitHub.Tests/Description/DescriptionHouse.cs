using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using RotateSecrets.Peers.GitHub.Http;

namespace RotateSecrets.GitHub.Tests.Description;

/// <summary>GitHub's official description at work: one validating proxy for all tests of this process, with all doubles behind it.</summary>
internal sealed partial class DescriptionHouse
{
    private const string Missing = "GitHub's official description isn't here. .ci/github.sh installs it into ~/.cache, or where ROTATESECRETS_GITHUB_DESCRIPTION says.";

    private const string Recorded = "X-Recorded";

    private static readonly ConcurrentDictionary<string, Exchange> Repeating = new(StringComparer.Ordinal);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly Lazy<Task<DescriptionHouse>> Lazily = new(OpenAsync);

    // Held for as long as this process lives: the proxy ends when its standard input does.
    private readonly (Process Process, WebApplication Upstream) held;
    private readonly Uri prism;
    private readonly Uri judge;

    private DescriptionHouse(Process process, WebApplication upstream, Uri prism, Uri judge)
    {
        held = (process, upstream);
        this.prism = prism;
        this.judge = judge;
    }

    /// <summary>Whether the proxy is there still.</summary>
    public bool IsUp => !held.Process.HasExited;

    /// <summary>Whether the description is installed.</summary>
    public static bool IsInstalled => File.Exists(Path.Combine(Folder, "installed"));

    private static string Folder => Environment.GetEnvironmentVariable("ROTATESECRETS_GITHUB_DESCRIPTION") is { Length: > 0 } named ? named : Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "rotatesecrets",
        "github-description");

    /// <summary>The proxy, started when it is first asked for. Skips the test where the description isn't installed.</summary>
    public static Task<DescriptionHouse> NeedAsync()
    {
        Assert.SkipUnless(IsInstalled, Missing);
        return Lazily.Value;
    }

    /// <summary>Where the proxy has a path of the API.</summary>
    public Uri Of(string target) => new(prism, Closed(target));

    /// <summary>What is wrong with a request that was made, and with its answer: the proxy passes on the one, and is given the other.</summary>
    public async Task<IReadOnlyList<string>> JudgeAsync(Exchange exchange)
    {
        if (exchange.Target == "/graphql")
        {
            return [.. (await JudgeAsync(Encoding.UTF8.GetString(exchange.Body), exchange.Status == 200 ? exchange.Answer : null)).Select(static flaw => $"POST /graphql: {flaw}")];
        }

        var number = Guid.NewGuid().ToString("N");
        Repeating[number] = exchange;
        using var request = new HttpRequestMessage(new HttpMethod(exchange.Method), Of(exchange.Target));
        if (exchange.Body.Length > 0)
        {
            request.Content = new ByteArrayContent(exchange.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", exchange.Headers.GetValueOrDefault("Content-Type"));
        }

        foreach (var name in (string[])["Accept", "X-GitHub-Api-Version", "User-Agent"])
        {
            request.Headers.TryAddWithoutValidation(name, exchange.Headers.GetValueOrDefault(name));
        }

        request.Headers.Add(Recorded, number);
        using var response = await Relay.Client.SendAsync(request);
        Repeating.TryRemove(number, out _);
        return (await Verdict.ReadAsync($"{exchange.Method} {exchange.Target}", response)).Flaws;
    }

    /// <summary>What is wrong with a query of GraphQL, and with its answer where there is one.</summary>
    /// <param name="query">The request's body.</param>
    /// <param name="answer">The answer's body; null for none.</param>
    public async Task<IReadOnlyList<string>> JudgeAsync(string query, string? answer)
    {
        using var asked = JsonDocument.Parse(query);
        using var answered = answer is null ? null : JsonDocument.Parse(answer);
        var body = JsonSerializer.Serialize(new Dictionary<string, JsonElement?>(StringComparer.Ordinal)
        {
            ["query"] = asked.RootElement.GetProperty("query"),
            ["variables"] = asked.RootElement.TryGetProperty("variables", out var variables) ? variables : null,
            ["data"] = answered?.RootElement.TryGetProperty("data", out var data) == true ? data : null,
        });
        using var response = await Relay.Client.PostAsync(judge, new StringContent(body));
        return JsonSerializer.Deserialize<string[]>(await response.Content.ReadAsStringAsync()) ?? [];
    }

    private static async Task<DescriptionHouse> OpenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var upstream = builder.Build();
        upstream.Run(static context => context.Request.Headers.TryGetValue(Recorded, out var number)
            ? RepeatAsync(context.Response, Repeating[number.ToString()])
            : Relay.PassAsync(context, new Uri($"http://127.0.0.1:{context.Request.Headers[Relay.Destination]}{context.Features.Get<IHttpRequestFeature>()!.RawTarget}"), static _ => Task.CompletedTask));
        await upstream.StartAsync();

        var (prism, judge) = (FreePort(), FreePort());
        var start = new ProcessStartInfo("node") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[
            Path.Combine(AppContext.BaseDirectory, "Description", "serve.js"), Folder, Text(prism), Text(new Uri(upstream.Urls.First()).Port), Text(judge)])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("node didn't start.");
        var listening = new TaskCompletionSource();
        var said = new List<string>();
        void Hear(string? line)
        {
            if (line?.Contains("Prism is listening", StringComparison.Ordinal) == true)
            {
                listening.TrySetResult();
            }

            lock (said)
            {
                // What it says of each request later on isn't kept.
                if (line is not null && said.Count < 50)
                {
                    said.Add(line);
                }
            }
        }

        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var first = await Task.WhenAny(listening.Task, process.WaitForExitAsync(), Task.Delay(Patience));
        return first == listening.Task
            ? new DescriptionHouse(process, upstream, new Uri($"http://127.0.0.1:{Text(prism)}"), new Uri($"http://127.0.0.1:{Text(judge)}"))
            : throw new InvalidOperationException($"The validating proxy didn't start:\n{string.Join('\n', said)}");
    }

    private static async Task RepeatAsync(HttpResponse response, Exchange exchange)
    {
        response.StatusCode = exchange.Status;
        if (exchange.Answer is { } text)
        {
            response.ContentType = "application/json; charset=utf-8";
            await response.WriteAsync(text);
        }
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

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
