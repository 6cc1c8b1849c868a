using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace RotateSecrets.GitHub.Tests.Description;

/// <summary>GitHub's official description at work: one validating proxy for all tests of this process, with all doubles behind it.</summary>
internal sealed class DescriptionHouse
{
    private const string Missing = "GitHub's official description isn't here. .ci/github.sh installs it into ~/.cache, or where ROTATESECRETS_GITHUB_DESCRIPTION says.";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly Lazy<Task<DescriptionHouse>> Lazily = new(OpenAsync);

    // Held for as long as this process lives: the proxy ends when its standard input does.
    private readonly (Process Process, WebApplication Upstream) held;

    private DescriptionHouse(Process process, WebApplication upstream, Uri prism, Uri judge)
    {
        held = (process, upstream);
        Prism = prism;
        Judge = judge;
    }

    /// <summary>Where requests of the REST API go.</summary>
    public Uri Prism { get; }

    /// <summary>Whether the proxy is there still.</summary>
    public bool IsUp => !held.Process.HasExited;

    private Uri Judge { get; }

    private static string Folder => Environment.GetEnvironmentVariable("ROTATESECRETS_GITHUB_DESCRIPTION") is { Length: > 0 } named ? named : Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "rotatesecrets",
        "github-description");

    /// <summary>The proxy, started when it is first asked for. Skips the test where the description isn't installed.</summary>
    public static Task<DescriptionHouse> NeedAsync()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Folder, "installed")), Missing);
        return Lazily.Value;
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
        using var response = await Relay.Client.PostAsync(Judge, new StringContent(body));
        return JsonSerializer.Deserialize<string[]>(await response.Content.ReadAsStringAsync()) ?? [];
    }

    private static async Task<DescriptionHouse> OpenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var upstream = builder.Build();
        upstream.Run(static context => Relay.PassAsync(
            context, new Uri($"http://127.0.0.1:{context.Request.Headers[Relay.Destination]}{context.Features.Get<IHttpRequestFeature>()!.RawTarget}"), static _ => Task.CompletedTask));
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

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
