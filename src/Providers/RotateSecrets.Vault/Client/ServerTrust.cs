using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Vault.Client;

/// <summary>Whom to trust as the server, and which certificate to show it.</summary>
internal sealed class ServerTrust : IDisposable
{
    private readonly X509Certificate2Collection? authorities;
    private readonly X509Certificate2? own;
    private readonly string? serverName;
    private readonly bool skip;
    private string? refusal;

    private ServerTrust(X509Certificate2Collection? authorities, X509Certificate2? own, string? serverName, bool skip)
    {
        this.authorities = authorities;
        this.own = own;
        this.serverName = serverName;
        this.skip = skip;
    }

    /// <summary>Whether a client certificate is shown.</summary>
    public bool HasCertificate => own is not null;

    /// <summary>Reads the certificates.</summary>
    public static Outcome<ServerTrust> Read(TrustSettings settings)
    {
        var place = settings.CaFile ?? (settings.CaText is null ? settings.CaFolder : TrustSettings.CaVariable);
        try
        {
            X509Certificate2Collection? roots = null;
            if (place is not null)
            {
                roots = [];
                if (settings.CaFile is null && settings.CaText is { } text)
                {
                    roots.ImportFromPem(text);
                }
                else
                {
                    foreach (var path in Files(settings))
                    {
                        place = path;
                        roots.ImportFromPemFile(path);
                    }
                }

                if (roots.Count == 0)
                {
                    return new Failure(FailureCode.DocumentInvalid, place, $"There is no certificate in {place}.");
                }
            }

            place = settings.Certificate;
            return new ServerTrust(roots, place is null ? null : Own(place, settings.Key), settings.ServerName, settings.SkipsCheck);
        }
        catch (CryptographicException)
        {
            return new Failure(FailureCode.DocumentInvalid, place!, $"{place} holds no certificate in PEM form, or not with its own key.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Failure(FailureCode.FileNotFound, place!, $"The certificates in {place} can't be read.");
        }
    }

    /// <summary>What carries the requests.</summary>
    public SocketsHttpHandler Handler(Uri address)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(15),
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) => Accepts(certificate as X509Certificate2, serverName ?? address.Host, errors);
        if (own is not null)
        {
            handler.SslOptions.ClientCertificates = [own];
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => own;
        }

        if (serverName is not null && address.Scheme == Uri.UriSchemeHttps)
        {
            handler.ConnectCallback = async (context, cancellation) => await ConnectAsync(context.DnsEndPoint, address, handler.SslOptions, cancellation);
        }

        return handler;
    }

    /// <summary>Says which certificate was refused and why; null where none was.</summary>
    public Failure? Fault(HttpRequestException exception, Uri address, string target) =>
        (exception.HttpRequestError == HttpRequestError.SecureConnectionError || exception.InnerException is AuthenticationException) && refusal is { } why
            ? new Failure(FailureCode.ServerUntrusted, target, $"The certificate that {address.Authority} shows isn't trusted: {why}.")
            {
                Remedy = "Name its authority with -CaFile or VAULT_CACERT, and its name with -ServerName where the address has another.",
            }
            : null;

    /// <inheritdoc/>
    public void Dispose() => own?.Dispose();

    private static IEnumerable<string> Files(TrustSettings settings) =>
        settings.CaFile is { } file ? [file] : Directory.EnumerateFiles(settings.CaFolder!).Order(StringComparer.Ordinal);

    private static X509Certificate2 Own(string certificate, string? key)
    {
        using var pem = X509Certificate2.CreateFromPemFile(certificate, key ?? certificate);

        // Windows takes no certificate whose key lives in memory alone.
        return OperatingSystem.IsWindows() ? new X509Certificate2(pem.Export(X509ContentType.Pkcs12)) : new X509Certificate2(pem);
    }

    // The handler would ask for the certificate of the address's name. Where that is reached by another, as behind a proxy that goes by the name that is asked for (SNI), the one that was given is asked for.
    private async Task<Stream> ConnectAsync(DnsEndPoint to, Uri address, SslClientAuthenticationOptions options, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(to, cancellation);
            var stream = new NetworkStream(socket, ownsSocket: true);
            if (to.Host != address.IdnHost || to.Port != address.Port)
            {
                return stream;
            }

            var secure = new SslStream(stream);
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = serverName,
                    RemoteCertificateValidationCallback = options.RemoteCertificateValidationCallback,
                    ClientCertificates = options.ClientCertificates,
                    LocalCertificateSelectionCallback = options.LocalCertificateSelectionCallback,
                },
                cancellation);
            return secure;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool Accepts(X509Certificate2? certificate, string expected, SslPolicyErrors errors)
    {
        if (skip)
        {
            return true;
        }

        refusal = Flaw(certificate, expected, errors);
        return refusal is null;
    }

    private string? Flaw(X509Certificate2? certificate, string expected, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return "it shows none";
        }

        if (!certificate.MatchesHostname(expected))
        {
            var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(static names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(static ip => ip.ToString())))
                .ToList();
            return $"'{certificate.Subject}' is for {(names.Count == 0 ? "no name" : string.Join(", ", names))}, not for {expected}";
        }

        if (authorities is null && !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return null;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (authorities is not null)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return chain.Build(certificate)
            ? null
            : $"'{certificate.Subject}', issued by '{certificate.Issuer}', valid until {certificate.NotAfter.ToUniversalTime():u}: "
                + string.Join(", ", chain.ChainStatus.Select(static status => status.Status).Distinct());
    }
}
