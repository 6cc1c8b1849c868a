using System.Net.Sockets;

namespace RotateSecrets.Health;

/// <summary>Says why a request came to nothing, without the words of an exception, which may quote the request.</summary>
internal static class HttpFault
{
    public static string Describe(HttpRequestException fault) => fault.InnerException is SocketException socket
        ? socket.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "connection refused",
            SocketError.ConnectionReset => "connection reset",
            SocketError.HostNotFound or SocketError.NoData => "host not found",
            SocketError.HostUnreachable or SocketError.NetworkUnreachable => "host unreachable",
            SocketError.TimedOut => "connection timed out",
            var other => other.ToString(),
        }
        : fault.HttpRequestError switch
        {
            HttpRequestError.SecureConnectionError => "the TLS connection failed",
            HttpRequestError.NameResolutionError => "host not found",
            HttpRequestError.ConnectionError => "no connection",
            var other => other.ToString(),
        };
}
