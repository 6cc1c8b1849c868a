using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Examples.Clients;

/// <summary>Sends requests at a steady rate over kept connections, and retries none.</summary>
/// <remarks>
/// One thing is sent again beneath us, by HttpClient itself: a request on a kept connection that turns out to be closed already, of
/// whose answer no byte has come. Nobody who uses HttpClient sees that as a failure.
/// </remarks>
internal sealed class Load(Balancer balancer, SecretFile secret, Statistics statistics) : IDisposable
{
    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);

    private readonly HttpClient client =
        new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(5) };

    private readonly long began = Stopwatch.GetTimestamp();
    private long lastTurn;

    public void Dispose() => client.Dispose();

    /// <summary>Sends until it is told to stop, and then ends when nothing is in flight.</summary>
    public Task RunAsync(int workers, int rate, CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(rate, stop)));

    // Each turn has its time, whichever worker takes it. So the rate holds while single requests are slow.
    private async Task WorkAsync(int rate, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var due = TimeSpan.FromSeconds((double)Interlocked.Increment(ref lastTurn) / rate) - Stopwatch.GetElapsedTime(began);
            await Task.Delay(due > TimeSpan.Zero ? due : TimeSpan.Zero, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stop.IsCancellationRequested)
            {
                var sent = Stopwatch.GetTimestamp();
                statistics.Add(await SendAsync(), Stopwatch.GetElapsedTime(sent));
            }
        }
    }

    /// <returns>The kind of the failure; null where there was none.</returns>
    private async Task<string?> SendAsync()
    {
        if (balancer.Next() is not { } replica)
        {
            return "no endpoint ready";
        }

        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(replica.Endpoint, "/whoami"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Sign(secret.Current, DateTimeOffset.UtcNow));
            using var response = await client.SendAsync(request);
            if (response.Headers.ConnectionClose == true)
            {
                // It says goodbye: heard sooner than its health is asked for again.
                replica.State = ReplicaState.Draining;
            }

            return response.StatusCode == HttpStatusCode.OK ? null : $"status {(int)response.StatusCode}";
        }
        catch (OperationCanceledException)
        {
            return "timeout";
        }
        catch (HttpRequestException e)
        {
            return Words(e.GetBaseException() is SocketException socket ? $"{socket.SocketErrorCode}" : $"{e.HttpRequestError}");
        }
    }

    // ConnectionRefused -> connection refused
    private static string Words(string name) => JsonNamingPolicy.KebabCaseLower.ConvertName(name).Replace('-', ' ');

    private static string Sign(byte[] key, DateTimeOffset now)
    {
        var issued = now.ToUnixTimeSeconds();
        var claims = $$"""{"sub":"clients","jti":"{{Guid.NewGuid():N}}","iat":{{issued}},"exp":{{issued + 60}}}""";
        var text = $"{Header}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        return $"{text}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)))}";
    }
}
