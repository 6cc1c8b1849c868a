// The callers of the proxy: a steady load, each request with a fresh token, and a count of every request that fails.
//
//   dotnet run --project docs/examples/clients -- --endpoint http://127.0.0.1:8081 --endpoint http://127.0.0.1:8082
//       --secret-file <the secret that callers use now> --summary <where the count goes> [--workers 8] [--rate 400]
//
// It runs until SIGTERM or Ctrl-C. The exit code is 0 with failures too: this measures, and leaves the judging to others.

using System.Runtime.InteropServices;
using Examples.Clients;

if (LoadOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(LoadOptions.Usage);
    return LoadOptions.UsageExitCode;
}

using var stop = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

using var balancer = new Balancer(options.Endpoints);
var secret = new SecretFile(options.SecretFile);
var background = new List<Task> { balancer.WatchAsync(stop.Token), secret.WatchAsync(stop.Token) };
await Task.WhenAll(balancer.AnyReady, secret.Known).WaitAsync(stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

var statistics = new Statistics();
await statistics.Summarise(secret).WriteAsync(options.Summary);
background.Add(Periodic.RunAsync(TimeSpan.FromSeconds(1), () => statistics.Summarise(secret).WriteAsync(options.Summary), stop.Token));
Console.WriteLine($"clients: {options.Rate} requests/s to {options.Endpoints.Count} endpoint(s), until SIGTERM or Ctrl-C");
using (var load = new Load(balancer, secret, statistics))
{
    await load.RunAsync(options.Workers, options.Rate, stop.Token);
}

await Task.WhenAll(background);
var summary = statistics.Summarise(secret) with { Stopped = DateTimeOffset.UtcNow };
await summary.WriteAsync(options.Summary);
Console.WriteLine($"requests: {summary.Requests}, failed: {summary.Failed}");
return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
