using System.Diagnostics;
using System.Text;
using RotateSecrets.Vault.Audit;

namespace RotateSecrets.Benchmarks;

/// <summary>A search of an audit log for one secret, against <c>grep -F</c> for its path in the same file. AUDIT_MIB sets the size of the log; 2048 is what an operator has.</summary>
internal sealed class AuditBenchmark : Benchmark, IDisposable
{
    private const int Every = 20_000;
    private const string Path = "secret/data/proxy/jwt";

    private static readonly int Size = int.TryParse(Environment.GetEnvironmentVariable("AUDIT_MIB"), out var size) ? size : 256;

    private readonly string file = System.IO.Path.Combine(AppContext.BaseDirectory, $"audit-{Guid.NewGuid():n}.log");
    private readonly int expected;

    public AuditBenchmark()
    {
        using var log = new StreamWriter(file, append: false, new UTF8Encoding(false), 1 << 20);
        for (long written = 0, number = 0; written < (long)Size << 20; number++)
        {
            var isMeant = number % Every == 0;
            expected += isMeant ? 1 : 0;
            var line = Line(number, isMeant ? Path : $"secret/data/service-{number % 997}/key");
            log.WriteLine(line);
            written += line.Length + 1;
        }
    }

    public override string Compared => $"speed: events of one secret in {Size} MiB of audit log / grep -F";

    public override string Bound => ">= 0.500";

    public override bool Holds(double ratio) => ratio >= 0.5;

    public void Dispose() => File.Delete(file);

    protected override double Ratio(TimeSpan ours, TimeSpan theirs) => theirs / ours;

    protected override void Ours()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Expect(CountAsync().Result);
        if (GC.GetTotalMemory(forceFullCollection: true) - before > 16 << 20)
        {
            throw new InvalidOperationException("The search kept more than 16 MiB.");
        }
    }

    protected override void Theirs()
    {
        using var grep = Process.Start(new ProcessStartInfo("grep", ["-c", "-F", $"\"{Path}\"", file]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        Expect(int.Parse(grep.StandardOutput.ReadToEnd(), System.Globalization.CultureInfo.InvariantCulture));
        grep.WaitForExit();
    }

    private static string Line(long number, string path) =>
        $$$"""{"time":"2026-05-04T03:02:01.{{{number % 1_000_000_000:D9}}}Z","type":"response","auth":{"client_token":"hmac-sha256:5f8a0c3b1d{{{number:x16}}}","display_name":"approle-{{{number % 31}}}","policies":["default","app"],"entity_id":"1a2b3c4d-{{{number:x8}}}"},"request":{"id":"{{{number:x32}}}","operation":"read","mount_type":"kv","client_token":"hmac-sha256:77{{{number:x16}}}","namespace":{"id":"root"},"path":"{{{path}}}","remote_address":"10.0.0.{{{number % 250}}}"},"response":{"mount_type":"kv","data":{"data":{"value":"hmac-sha256:9a9a{{{number:x32}}}"},"metadata":{"created_time":"2026-05-01T00:00:00Z","custom_metadata":null,"deletion_time":"","destroyed":false,"version":{{{1 + number % 7}}} """ + "}}}}";

    private async Task<int> CountAsync()
    {
        await using var stream = new FileStream(file, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan | FileOptions.Asynchronous });
        var count = 0;
        await foreach (var line in LineSearch.FindAsync(stream, "/proxy/jwt\""u8.ToArray(), CancellationToken.None))
        {
            count += AuditEntry.Read(line) is { Path: Path, IsRefused: false, Versions.Count: 1 } ? 1 : 0;
        }

        return count;
    }

    private void Expect(int found)
    {
        if (found != expected)
        {
            throw new InvalidOperationException($"{found} events were found, and there are {expected}.");
        }
    }
}
