using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using k8s.Authentication;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace RotateSecrets.Peers.KubernetesFaults;

/// <summary>
/// The way to the API server, as whom the kubeconfig names; a request with a token of its own goes as whom that names.
/// </summary>
internal sealed class Upstream(KubernetesClientConfiguration configuration) : HttpTransformer, IDisposable
{
    /// <summary>A token that means whoever the proxy is: clients want some credential in a kubeconfig.</summary>
    public const string StandsForTheProxy = "stands-for-the-proxy";

    private readonly ServiceClientCredentials? credentials = Kubernetes.CreateCredentials(configuration);
    private readonly HttpMessageInvoker asKnown = Invoker(configuration, ClientCertificate(configuration));
    private readonly HttpMessageInvoker asAnybody = Invoker(configuration, null);

    public string Address => configuration.Host;

    public HttpMessageInvoker For(HttpContext context) => HasToken(context) ? asAnybody : asKnown;

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.Headers.Host = null;
        if (HasToken(httpContext))
        {
            return;
        }

        proxyRequest.Headers.Authorization = null;
        if (credentials is not null)
        {
            await credentials.ProcessHttpRequestAsync(proxyRequest, cancellationToken);
        }
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        var isWhole = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        if (proxyResponse is null || httpContext.Items[typeof(AnswerCopy)] is not AnswerCopy copy)
        {
            return isWhole;
        }

        await copy.CopyAsync(httpContext, proxyResponse, cancellationToken);
        return false;
    }

    public void Dispose()
    {
        asKnown.Dispose();
        asAnybody.Dispose();
    }

    private static bool HasToken(HttpContext context) =>
        context.Request.Headers.Authorization is [{ } header] && header != $"Bearer {StandsForTheProxy}";

    private static X509Certificate2? ClientCertificate(KubernetesClientConfiguration configuration)
    {
        var certificate = Pem(configuration.ClientCertificateData, configuration.ClientCertificateFilePath);
        var key = Pem(configuration.ClientCertificateKeyData, configuration.ClientKeyFilePath);
        return certificate is null || key is null ? null : X509Certificate2.CreateFromPem(certificate, key);
    }

    private static string? Pem(string? data, string? file) =>
        !string.IsNullOrEmpty(data) ? Encoding.ASCII.GetString(Convert.FromBase64String(data)) : !string.IsNullOrEmpty(file) ? File.ReadAllText(file) : null;

    private static HttpMessageInvoker Invoker(KubernetesClientConfiguration configuration, X509Certificate2? client)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, UseCookies = false, UseProxy = false };
        handler.SslOptions.ClientCertificates = client is null ? null : [client];
        handler.SslOptions.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
            configuration.SkipTlsVerify || errors == SslPolicyErrors.None
            || (configuration.SslCaCerts is { } trusted && Kubernetes.CertificateValidationCallBack(sender, trusted, certificate!, chain!, errors));
        return new HttpMessageInvoker(handler);
    }
}
