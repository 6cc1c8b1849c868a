using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RotateSecrets.Peers.Kubelet.Pods;

namespace RotateSecrets.Peers.Kubelet.Logs;

/// <summary>The part of a kubelet's own API from which the API server takes the logs of containers.</summary>
internal sealed partial class LogServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private LogServer(WebApplication app) => this.app = app;

    public int Port => new Uri(app.Urls.First()).Port;

    public static async Task<LogServer> StartAsync(KubeletOptions options, PodTable pods)
    {
        // Read back from a store in memory: what comes straight from a PEM file can't be used by every platform's TLS.
        using var read = X509Certificate2.CreateFromPemFile(options.Certificate, options.CertificateKey);
        var certificate = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var built = builder.Build();
        built.MapGet("/containerLogs/{scope}/{pod}/{container}", (string scope, string pod, string container, int? tailLines) =>
            pods.Find(scope, pod) is { } worker ? Results.Text(Tail(Lines(worker, container), tailLines)) : Results.NotFound());
        await built.StartAsync();
        return new LogServer(built);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static string Lines(PodWorker worker, string container) =>
        Variable().Replace(new Behaviour(worker.Pod).Log, match => worker.Held.Variable(container, match.Groups["name"].Value) ?? match.Value);

    private static string Tail(string text, int? count)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        return string.Join('\n', count is { } last ? lines.TakeLast(last) : lines) + "\n";
    }

    [GeneratedRegex(@"\$\((?<name>[^)]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();
}
