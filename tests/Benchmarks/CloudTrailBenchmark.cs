using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using RotateSecrets.Aws;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Benchmarks;

/// <summary>
/// Searches CloudTrail files for the readers of one secret, against <c>zcat | grep -F</c>. CLOUDTRAIL_MIB sets their packed size; 1024 is a day of a large account. How
/// much memory the process takes at its peak may not grow by more than a fixed amount, whatever the size.
/// </summary>
internal sealed class CloudTrailBenchmark : Benchmark, IDisposable
{
    private const int RecordsAFile = 20_000;
    private const long MostGrown = 48 << 20;

    private static readonly long Size = (int.TryParse(Environment.GetEnvironmentVariable("CLOUDTRAIL_MIB"), out var size) ? size : 8L) << 20;

    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
    private readonly int files;
    private readonly ISecretStore store;

    public CloudTrailBenchmark()
    {
        var first = Write();
        for (long written = first.Length; written < Size; written += first.Length)
        {
            first.CopyTo(PathOf(++files));
        }

        files++;

        using var key = SecretValue.FromText("none");
        var settings = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
        {
            ["Region"] = ["eu-central-1"],
            ["AccessKeyId"] = ["none"],
            ["CloudTrailPath"] = [folder],
        };
        store = new AwsProvider().ConnectAsync(new ConnectionRequest("aws", string.Empty, TimeProvider.System) { Credential = key, Settings = settings }, CancellationToken.None).Result
            .Succeeded(out var connection, out var failure) ? connection.Store : throw new InvalidOperationException(failure.ToString());
    }

    public override string Compared => "speed: the readers of a secret from CloudTrail files / zcat | grep -F";

    public override string Bound => ">= 0.700";

    public override bool Holds(double ratio) => ratio >= 0.7;

    public void Dispose()
    {
        store.DisposeAsync().AsTask().Wait();
        Directory.Delete(folder, recursive: true);
    }

    protected override double Ratio(TimeSpan ours, TimeSpan theirs) => theirs / ours;

    protected override void Ours()
    {
        var before = Peak();
        if (CountAsync().Result is var found && found != files * 4)
        {
            throw new InvalidOperationException($"{found} records were found.");
        }

        if (Peak() - before is var grown and > MostGrown)
        {
            throw new InvalidOperationException($"The search took {grown >> 20} MiB more at its peak.");
        }
    }

    protected override void Theirs()
    {
        using var grep = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"zcat {folder}/*.gz | grep -c -F prod/db"]) { RedirectStandardOutput = true, UseShellExecute = false })!;

        // CloudTrail writes a file in one line, and so grep counts the files.
        if (int.Parse(grep.StandardOutput.ReadToEnd()) != files)
        {
            throw new InvalidOperationException("grep found something else.");
        }
    }

    private static long Peak()
    {
        using var self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }

    private async Task<int> CountAsync()
    {
        var count = 0;
        await foreach (var happened in store.ReadAuditAsync(new AuditQuery(SecretAddress.Parse("aws:prod/db")), CancellationToken.None))
        {
            count += happened.Failure is null ? 1 : throw new InvalidOperationException(happened.Failure.ToString());
        }

        return count;
    }

    private string PathOf(int file) => Path.Combine(folder, $"111122223333_CloudTrail_eu-central-1_20260101T{file:0000}Z.json.gz");

    private FileInfo Write()
    {
        using (var packed = new GZipStream(File.Create(PathOf(0)), CompressionLevel.Optimal))
        {
            Write(packed);
        }

        return new FileInfo(PathOf(0));
    }

    private static void Write(GZipStream packed)
    {
        packed.Write("{\"Records\":["u8);
        for (var i = 0; i < RecordsAFile; i++)
        {
            var secret = i % (RecordsAFile / 4) == 0 ? "prod/db" : $"prod/service-{i % 500}";
            var id = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
            packed.Write(Encoding.UTF8.GetBytes(
                $$"""{{(i == 0 ? string.Empty : ",")}}{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROA{{id[..16]}}:app","arn":"arn:aws:sts::111122223333:assumed-role/app/i-{{id[..12]}}","accountId":"111122223333"},"eventTime":"2026-01-01T{{i / 60 % 24:00}}:{{i % 60:00}}:00Z","eventSource":"secretsmanager.amazonaws.com","eventName":"GetSecretValue","awsRegion":"eu-central-1","sourceIPAddress":"10.0.{{i % 256}}.{{i % 199}}","userAgent":"aws-sdk-dotnet-core/4.0 ua/2.1 os/linux","requestParameters":{"secretId":"{{secret}}"},"responseElements":null,"requestID":"{{id}}","eventID":"{{id}}","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}"""));
        }

        packed.Write("]}\n"u8);
    }
}
