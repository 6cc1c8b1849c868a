using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using RotateSecrets.Aws;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Benchmarks;

/// <summary>Searches CloudTrail files for the readers of one secret, against <c>zcat | grep -F</c>.</summary>
internal sealed class CloudTrailBenchmark : Benchmark, IDisposable
{
    private const int Files = 4;
    private const int RecordsAFile = 20_000;

    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
    private readonly ISecretStore store;

    public CloudTrailBenchmark()
    {
        for (var file = 0; file < Files; file++)
        {
            Write(file);
        }

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
        if (CountAsync().Result is var found && found != Files * 4)
        {
            throw new InvalidOperationException($"{found} records were found.");
        }
    }

    protected override void Theirs()
    {
        using var grep = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"zcat {folder}/*.gz | grep -F prod/db | wc -l"]) { RedirectStandardOutput = true, UseShellExecute = false })!;


        // CloudTrail writes a file in one line, and so grep finds the files.
        if (int.Parse(grep.StandardOutput.ReadToEnd()) is not (1 or Files))
        {
            throw new InvalidOperationException("grep found something else.");
        }
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

    private void Write(int file)
    {
        using var packed = new GZipStream(File.Create(Path.Combine(folder, $"111122223333_CloudTrail_eu-central-1_20260101T{file:00}00Z.json.gz")), CompressionLevel.Optimal);
        packed.Write("{\"Records\":["u8);
        for (var i = 0; i < RecordsAFile; i++)
        {
            var secret = i % (RecordsAFile / 4) == 0 ? "prod/db" : $"prod/service-{i % 500}";
            var id = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
            packed.Write(Encoding.UTF8.GetBytes(
                $$"""{{(i == 0 ? string.Empty : ",")}}{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROA{{id[..16]}}:app","arn":"arn:aws:sts::111122223333:assumed-role/app/i-{{id[..12]}}","accountId":"111122223333"},"eventTime":"2026-01-01T{{file:00}}:{{i % 60:00}}:00Z","eventSource":"secretsmanager.amazonaws.com","eventName":"GetSecretValue","awsRegion":"eu-central-1","sourceIPAddress":"10.0.{{i % 256}}.{{i % 199}}","userAgent":"aws-sdk-dotnet-core/4.0 ua/2.1 os/linux","requestParameters":{"secretId":"{{secret}}"},"responseElements":null,"requestID":"{{id}}","eventID":"{{id}}","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}"""));
        }

        packed.Write("]}"u8);
    }
}
