using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using RotateSecrets.Aws.Audit;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Tests.Audit;

public sealed class CloudTrailTests : IDisposable
{
    private static readonly SecretAddress Address = SecretAddress.Parse("aws:prod/db");

    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;

    [Fact]
    public async Task It_tells_who_read_which_version_from_where()
    {
        Write("a.json.gz", Record("GetSecretValue", "prod/db", version: "v1"), Record("GetSecretValue", "prod/other"), Record("GetSecretValue", "prod/db", stage: "AWSPREVIOUS", at: 1));

        var events = await ReadAsync(new AuditQuery(Address));

        Assert.Equal(["AWSPREVIOUS", "v1"], events.Select(static happened => happened.VersionId));
        Assert.All(events, static happened => Assert.Equal(("read", "arn:aws:iam::111122223333:role/app", "198.51.100.7"), (happened.Operation, happened.Principal, happened.From)));
        Assert.Single(await ReadAsync(new AuditQuery(Address, "v1")));
        Assert.Single(await ReadAsync(new AuditQuery(Address, Since: new DateTimeOffset(2026, 1, 1, 0, 0, 30, TimeSpan.Zero))));
    }

    [Fact]
    public async Task A_secret_is_found_by_its_name_and_by_its_ARN_and_not_by_the_beginning_of_a_name()
    {
        Write("a.json.gz", Record("GetSecretValue", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-AbCdEf"), Record("GetSecretValue", "prod/db2"), Record("PutSecretValue", "prod/db"));
        Assert.Equal(["read", "write"], (await ReadAsync(new AuditQuery(Address))).Select(static happened => happened.Operation).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_ARN_without_its_suffix_means_the_secret_whatever_the_name_ends_in()
    {
        Write("a.json.gz", Record("GetSecretValue", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:my-secret"), Record("GetSecretValue", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:my-secret-AbCdEf"));
        Assert.Equal(2, (await ReadAsync(new AuditQuery(SecretAddress.Parse("aws:my-secret")))).Count);
    }

    [Fact]
    public async Task More_events_than_are_held_at_a_time_all_come()
    {
        const int many = 25_000;
        Write("a.json.gz", [.. Enumerable.Range(0, many).Select(static i => Record("GetSecretValue", "prod/db", version: $"{i}"))]);
        Assert.Equal(many, (await ReadAsync(new AuditQuery(Address))).Select(static happened => happened.VersionId).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task What_was_denied_is_no_read()
    {
        var denied = Record("GetSecretValue", "prod/db");
        denied["errorCode"] = "AccessDenied";
        Write("a.json.gz", denied);
        Assert.Equal("GetSecretValue (AccessDenied)", Assert.Single(await ReadAsync(new AuditQuery(Address))).Operation);
    }

    [Fact]
    public async Task Records_are_found_wherever_the_buffers_edges_fall()
    {
        var records = Enumerable.Range(0, 9000).Select(static i => Record("GetSecretValue", i % 1000 == 0 ? "prod/db" : $"prod/other-{i}", version: $"{i}", padding: 37 * (i % 11))).ToArray();
        Write("2.json.gz", records[4500..]);
        Write("1.json", records[..4500]);
        Assert.Equal(Enumerable.Range(0, 9).Select(static i => $"{i * 1000}"), (await ReadAsync(new AuditQuery(Address))).Select(static happened => happened.VersionId));
    }

    [Fact]
    public async Task A_document_that_was_laid_out_anew_is_read_too()
    {
        var text = new JsonObject { ["Records"] = new JsonArray(Record("GetSecretValue", "prod/other"), Record("GetSecretValue", "prod/db", version: "v1")) }
            .ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true });
        await File.WriteAllTextAsync(Path.Combine(folder, "a.json"), text, AwsFixture.Cancellation);
        Assert.Equal("v1", Assert.Single(await ReadAsync(new AuditQuery(Address))).VersionId);
    }

    [Fact]
    public async Task Records_whose_members_come_in_another_order_are_found_among_the_others()
    {
        var odd = Record("GetSecretValue", "prod/db", version: "odd");
        odd.Remove("eventVersion");
        odd["eventVersion"] = "1.08";
        Write("a.json.gz", Record("GetSecretValue", "prod/other"), odd, Record("GetSecretValue", "prod/db", version: "even"));
        Assert.Equal(["even", "odd"], (await ReadAsync(new AuditQuery(Address))).Select(static happened => happened.VersionId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task One_record_a_line_is_read_too()
    {
        await File.WriteAllLinesAsync(Path.Combine(folder, "a.json"), [Record("GetSecretValue", "prod/other").ToJsonString(), Record("GetSecretValue", "prod/db", version: "v1").ToJsonString()], AwsFixture.Cancellation);
        Assert.Equal("v1", Assert.Single(await ReadAsync(new AuditQuery(Address))).VersionId);
    }

    [Fact]
    public async Task A_file_that_was_cut_off_behind_a_record_is_named()
    {
        var text = new JsonObject { ["Records"] = new JsonArray(Record("GetSecretValue", "prod/db", version: "v1")) }.ToJsonString();
        await File.WriteAllTextAsync(Path.Combine(folder, "a.json"), text[..^2], AwsFixture.Cancellation);
        var failures = new List<Failure>();
        Assert.Single(await ReadAsync(new AuditQuery(Address), failures));
        Assert.Equal(FailureCode.DocumentInvalid, Assert.Single(failures).Code);
    }

    [Fact]
    public async Task A_read_of_several_secrets_is_a_read_of_each()
    {
        var batch = Record("BatchGetSecretValue", "unused");
        batch["requestParameters"] = new JsonObject { ["secretIdList"] = new JsonArray("prod/other", "prod/db") };
        Write("a.json.gz", batch);
        var happened = Assert.Single(await ReadAsync(new AuditQuery(Address)));
        Assert.Equal(("read", "AWSCURRENT", "prod/db"), (happened.Operation, happened.VersionId, happened.Address.Path));
    }

    [Theory]
    [InlineData("aws:prod/db", "111122223333", "mine named")]
    [InlineData("aws:prod/db", null, "mine named theirs")]
    [InlineData("aws:arn:aws:secretsmanager:eu-central-1:444455556666:secret:prod/db-AbCdEf", "111122223333", "theirs")]
    public async Task The_trail_of_an_organisation_tells_of_the_secrets_of_one_account(string asked, string? account, string expected)
    {
        var mine = Record("GetSecretValue", "prod/db", version: "mine");
        mine["recipientAccountId"] = "111122223333";
        var named = Record("GetSecretValue", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-AbCdEf", version: "named");
        named["recipientAccountId"] = "444455556666";
        var theirs = Record("GetSecretValue", "prod/db", version: "theirs");
        theirs["recipientAccountId"] = "444455556666";
        Write("a.json.gz", mine, named, theirs);
        Assert.Equal(expected, string.Join(' ', (await ReadAsync(new AuditQuery(SecretAddress.Parse(asked)), account: account)).Select(static happened => happened.VersionId).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task An_ARN_without_its_suffix_is_found_under_a_name_that_looks_as_if_it_had_one()
    {
        Write("a.json.gz", Record("GetSecretValue", "my-secret"), Record("GetSecretValue", "my-others"));
        var partial = SecretAddress.Parse("aws:arn:aws:secretsmanager:eu-central-1:111122223333:secret:my-secret");
        Assert.Equal("my-secret", Assert.Single(await ReadAsync(new AuditQuery(partial))).Address.Path);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(-20)]
    public async Task A_file_that_was_cut_off_is_named_and_the_others_are_read(int length)
    {
        Write("1.json.gz", Record("GetSecretValue", "prod/db", version: "v1"));
        var whole = await File.ReadAllBytesAsync(Path.Combine(folder, "1.json.gz"), AwsFixture.Cancellation);
        await File.WriteAllBytesAsync(Path.Combine(folder, "0.json.gz"), length > 0 ? whole[..length] : whole[..^-length], AwsFixture.Cancellation);
        var failures = new List<Failure>();

        Assert.Contains(await ReadAsync(new AuditQuery(Address), failures), static happened => happened.VersionId == "v1");

        var failure = Assert.Single(failures);
        Assert.Equal(FailureCode.DocumentInvalid, failure.Code);
        Assert.Contains("0.json.gz", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("prod/db")]
    [InlineData("{\"Records\":[{\"eventVersion\":\"1.0\",\"x\":\"prod/db\"")]
    [InlineData("{\"Records\":[1,\"prod/db\",null]")]
    public async Task What_is_no_CloudTrail_file_is_one_failure(string text)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "a.json"), text, AwsFixture.Cancellation);
        var failures = new List<Failure>();
        Assert.Empty(await ReadAsync(new AuditQuery(Address), failures));
        Assert.Equal(FailureCode.DocumentInvalid, Assert.Single(failures).Code);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static JsonObject Record(string name, string secret, string? version = null, string? stage = null, int at = 59, int padding = 0) => new()
    {
        ["eventVersion"] = "1.08",
        ["userIdentity"] = new JsonObject { ["type"] = "AssumedRole", ["arn"] = "arn:aws:iam::111122223333:role/app" },
        ["eventTime"] = $"2026-01-01T00:00:{at:00}Z",
        ["eventSource"] = "secretsmanager.amazonaws.com",
        ["eventName"] = name,
        ["sourceIPAddress"] = "198.51.100.7",
        ["userAgent"] = new string('x', padding),
        ["requestParameters"] = new JsonObject { ["secretId"] = secret, ["versionId"] = version, ["versionStage"] = stage },
        ["responseElements"] = null,
    };

    private void Write(string name, params JsonObject[] records)
    {
        var text = Encoding.UTF8.GetBytes(new JsonObject { ["Records"] = new JsonArray([.. records]) }.ToJsonString());
        using Stream file = File.Create(Path.Combine(folder, name));
        using var packed = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file;
        packed.Write(text);
    }

    private async Task<List<StoreAuditEvent>> ReadAsync(AuditQuery query, List<Failure>? failures = null, string? account = null)
    {
        var events = new List<StoreAuditEvent>();
        await foreach (var happened in new CloudTrail("aws", account, [folder]).ReadAsync(query, AwsFixture.Cancellation))
        {
            if (happened.Succeeded(out var one, out var failure))
            {
                events.Add(one);
            }
            else if (failures is null)
            {
                Assert.Fail(failure.ToString());
            }
            else
            {
                failures.Add(failure);
            }
        }

        return events;
    }
}
