using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

// SECRET, SECRET_PENDING: what it holds. PORT: where it listens. HEALTHY_AFTER: milliseconds until /healthz says 200; -1 never. MODE: dies at once ("dead"), ignores SIGTERM ("deaf"), prints its secret ("chatty").
// CREDENTIALS: an address of Vault's, at which it gets credentials as it starts, with its secret as the token; /held then ends in their lease.
var mode = Environment.GetEnvironmentVariable("MODE");
var secret = Environment.GetEnvironmentVariable("SECRET") ?? string.Empty;
var healthyAfter = int.Parse(Environment.GetEnvironmentVariable("HEALTHY_AFTER") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
var port = int.Parse(Environment.GetEnvironmentVariable("PORT")!, System.Globalization.CultureInfo.InvariantCulture);
Console.WriteLine($"responder {Environment.ProcessId} on {port}");
if (mode == "chatty")
{
    Console.WriteLine($"my secret is {secret}, in base64 {Convert.ToBase64String(Encoding.UTF8.GetBytes($"user:{secret}"))}");
    return 3;
}

if (mode == "dead")
{
    return 4;
}

var lease = Environment.GetEnvironmentVariable("CREDENTIALS") is { Length: > 0 } source ? await GetLeaseAsync(source) : null;
var ended = new TaskCompletionSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    if (mode != "deaf")
    {
        ended.TrySetResult();
    }
});
var started = System.Diagnostics.Stopwatch.StartNew();
using var listener = new TcpListener(IPAddress.Loopback, port);
listener.Start();
_ = Task.Run(async () =>
{
    while (true)
    {
        var client = await listener.AcceptTcpClientAsync();
        _ = Task.Run(() => AnswerAsync(client));
    }
});
await ended.Task;
return 0;

async Task AnswerAsync(TcpClient client)
{
    using (client)
    using (var reader = new StreamReader(client.GetStream()))
    {
        var request = await reader.ReadLineAsync() ?? string.Empty;
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
            // Headers are of no interest.
        }

        var isHealthy = healthyAfter >= 0 && started.ElapsedMilliseconds >= healthyAfter;
        var (status, body) = request.Contains("/held", StringComparison.Ordinal)
            ? ("200 OK", $"{Digest("SECRET")} {Digest("SECRET_PENDING")} {Environment.ProcessId}{(lease is null ? string.Empty : $" {lease}")}")
            : isHealthy ? ("200 OK", "healthy") : ("503 Service Unavailable", "not yet");
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
    }
}

async Task<string> GetLeaseAsync(string address)
{
    using var client = new HttpClient();
    client.DefaultRequestHeaders.Add("X-Vault-Token", secret);
    using var answer = System.Text.Json.JsonDocument.Parse(await client.GetStringAsync(new Uri(address)));
    return answer.RootElement.GetProperty("lease_id").GetString()!;
}

static string Digest(string variable) => Environment.GetEnvironmentVariable(variable) is { } value
    ? Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(value)))[..16]
    : "-";
