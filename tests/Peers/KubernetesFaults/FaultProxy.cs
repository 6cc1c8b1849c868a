using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using k8s;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace RotateSecrets.Peers.KubernetesFaults;

/// <summary>
/// Stands before the API server that a kubeconfig names: counts what goes through, and lets it go wrong on demand. Who uses <see cref="Kubeconfig"/> goes through it.
/// <code>
/// await using var proxy = await FaultProxy.StartAsync(TestCluster.Kubeconfig!);
/// proxy.Inject(new ApiFault(FaultKind.Conflict) { Verb = "patch", Resource = "deployments", Times = 2 });
/// </code>
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private static readonly ForwarderRequestConfig Patient = new() { ActivityTimeout = TimeSpan.FromHours(1) };

    private readonly Upstream upstream;
    private readonly FaultTable faults = new();
    private readonly X509Certificate2 certificate = ServingCertificate.Make();
    private readonly ConcurrentDictionary<CancellationTokenSource, ApiRequest> watches = new();
    private readonly WebApplication app;
    private volatile bool isAway;

    private FaultProxy(Upstream upstream)
    {
        this.upstream = upstream;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHttpForwarder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                // A connection for each request under way, so that a reset is one.
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(certificate);
            });
        });
        app = builder.Build();
        app.Run(AnswerAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(app.Urls.First());

    /// <summary>A kubeconfig file that leads through the proxy. It is gone with the proxy.</summary>
    public string Kubeconfig { get; private set; } = string.Empty;

    /// <summary>Every request that came, in order, those included that went wrong.</summary>
    public ConcurrentQueue<ApiRequest> Requests { get; } = new();

    /// <summary>Starts it.</summary>
    /// <param name="kubeconfig">Names the server, and as whom requests go there.</param>
    /// <param name="context">Which context; null for the current one.</param>
    public static async Task<FaultProxy> StartAsync(string kubeconfig, string? context = null)
    {
        var configuration = await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(new FileInfo(kubeconfig), context);
        var proxy = new FaultProxy(new Upstream(configuration));
        await proxy.app.StartAsync();
        proxy.Kubeconfig = Path.Combine(Directory.CreateTempSubdirectory("kubernetes-faults-").FullName, "kubeconfig");
        await File.WriteAllTextAsync(proxy.Kubeconfig, proxy.Describe(configuration.Namespace ?? "default"));
        return proxy;
    }

    /// <summary>Lets requests go wrong, the faults that were given first before the others.</summary>
    public void Inject(params IEnumerable<ApiFault> more) => faults.Add(more);

    /// <summary>Lets nothing go wrong any more.</summary>
    public void Calm()
    {
        faults.Clear();
        isAway = false;
    }

    /// <summary>Resets every connection from now on until <see cref="Calm"/>, as when the server is restarted; open watches end too.</summary>
    public void TakeAway()
    {
        isAway = true;
        CloseWatches();
    }

    /// <summary>Closes the watches that are open, in good order.</summary>
    /// <param name="resource">Those of this resource; null for all.</param>
    /// <returns>How many it were.</returns>
    public int CloseWatches(string? resource = null)
    {
        var open = watches.Where(watch => (resource ?? watch.Value.Resource) == watch.Value.Resource).ToList();
        open.ForEach(static watch => Close(watch.Key));
        return open.Count;
    }

    private static void Close(CancellationTokenSource watch)
    {
        try
        {
            watch.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself just now.
        }
    }

    /// <summary>How many requests came.</summary>
    /// <param name="verb">With this verb; null for all but watches.</param>
    /// <param name="resource">For this resource; null for all.</param>
    public int Count(string? verb = null, string? resource = null) =>
        Requests.Count(request => (verb is null ? request.Verb != "watch" : request.Verb == verb) && (resource ?? request.Resource) == request.Resource);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        CloseWatches();
        await app.DisposeAsync();
        upstream.Dispose();
        certificate.Dispose();
        Directory.Delete(Path.GetDirectoryName(Kubeconfig)!, recursive: true);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = ApiRequest.Of(context.Request);
        Requests.Enqueue(request);
        var fault = faults.Take(request);
        if (isAway || fault?.Kind == FaultKind.Reset)
        {
            context.Abort();
            return;
        }

        if (fault?.Kind is FaultKind.Delay)
        {
            await Task.Delay(fault.Delay, context.RequestAborted);
        }
        else if (fault is { Kind: < FaultKind.Reset })
        {
            await Refusal.WriteAsync(context, request, fault);
            return;
        }

        using var closed = new CancellationTokenSource();
        var isWatch = request.Verb == "watch";
        if (isWatch || fault?.Kind is FaultKind.ResetAfter or FaultKind.HalfAnswer)
        {
            context.Items[typeof(AnswerCopy)] = new AnswerCopy(fault, closed.Token);
        }

        if (isWatch)
        {
            watches[closed] = request;
        }

        var forwarder = context.RequestServices.GetRequiredService<IHttpForwarder>();
        await forwarder.SendAsync(context, upstream.Address, upstream.For(context), Patient, upstream);
        watches.TryRemove(closed, out _);
    }

    private string Describe(string scope) =>
        $$"""
        apiVersion: v1
        kind: Config
        current-context: faults
        clusters:
          - name: faults
            cluster: { server: '{{Address.GetLeftPart(UriPartial.Authority)}}', certificate-authority-data: {{Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()))}} }
        users:
          - name: whoever-the-proxy-is
            user: { token: {{Upstream.StandsForTheProxy}} }
        contexts:
          - name: faults
            context: { cluster: faults, user: whoever-the-proxy-is, namespace: {{scope}} }

        """;
}
