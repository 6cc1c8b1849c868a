using System.Net;
using System.Net.Sockets;

namespace RotateSecrets.Vault.Client;

/// <summary>How requests travel.</summary>
internal sealed record TransportSettings
{
    /// <summary>How long an answer may take. Default: 60 seconds, as for the vault program.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a request that may pass is sent again. Default: 3.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>The file of the Unix domain socket on which the server, or an agent, listens; null where it is reached by its address.</summary>
    public string? Socket { get; init; }

    /// <summary>The proxy through which the server is reached; null for the one that the environment names for all programs, if any.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Whether a node that isn't the active one may send requests on to it. Default: yes.</summary>
    public bool FollowsRedirects { get; init; } = true;

    /// <summary>The rate that requests keep to; null for none. Default: none.</summary>
    public RequestRate? Rate { get; init; }

    /// <summary>Headers that go with every request besides.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Makes a handler send requests so.</summary>
    public SocketsHttpHandler Apply(SocketsHttpHandler handler)
    {
        if (Socket is { } file)
        {
            handler.UseProxy = false;
            handler.ConnectCallback = (_, cancellation) => ConnectAsync(file, cancellation);
            return handler;
        }

        if (Proxy is { } proxy)
        {
            handler.Proxy = new WebProxy(proxy)
            {
                Credentials = proxy.UserInfo.Split(':', 2) is [{ Length: > 0 } user, .. var rest] ? new NetworkCredential(Uri.UnescapeDataString(user), Uri.UnescapeDataString(rest.FirstOrDefault() ?? string.Empty)) : null,
            };
        }

        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(string file, CancellationToken cancellation)
    {
        var socket = new System.Net.Sockets.Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(file), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
