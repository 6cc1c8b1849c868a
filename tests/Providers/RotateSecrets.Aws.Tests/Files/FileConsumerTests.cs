using System.Text;
using RotateSecrets.Aws.Files;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Tests.Files;

/// <summary>Files on disk that name a secret.</summary>
public sealed class FileConsumerTests : IDisposable
{
    private static readonly SecretAddress Whole = SecretAddress.Parse("aws:prod/db");
    private static readonly SecretAddress Field = SecretAddress.Parse("aws:prod/db#password");

    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;

    public static TheoryData<string, string, string, Uptake> Mentions =>
    [
        ("SECRET_ID=prod/db", "Configuration", ".env:1:11", Uptake.Restart),
        ("""{ "secretId": "prod/db" }""", "Configuration", ".env:1:16", Uptake.Restart),
        ("  secret: arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-AbCdEf", "Configuration", ".env:1:11", Uptake.Restart),
        ("  secret: arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:prod/db", "Configuration", ".env:1:11", Uptake.Restart),
        ("""{ "valueFrom": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-AbCdEf:password::" }""", "TaskDefinition", ".env:1:17", Uptake.Restart),
        ("Password: '{{resolve:secretsmanager:prod/db:SecretString:password}}'", "DynamicReference", ".env:1:12", Uptake.NextRun),
        ("Password: '{{resolve:secretsmanager:arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-AbCdEf}}'", "DynamicReference", ".env:1:12", Uptake.NextRun),
        ("The database's password is prod/db.", "Configuration", ".env:1:28", Uptake.Restart),
    ];

    [Theory]
    [MemberData(nameof(Mentions))]
    public async Task What_names_the_secret_is_found_with_its_line_and_column(string line, string kind, string location, Uptake uptake)
    {
        Write(".env", line);

        var consumer = Assert.Single(await FindAsync(Field));

        Assert.Equal(("File", ".env", folder, Field), (consumer.Kind, consumer.Name, consumer.Scope, consumer.Address));
        var reference = Assert.Single(consumer.References);
        Assert.Equal((kind, location, uptake, SecretStage.Current), (reference.Kind, reference.Location, reference.Uptake, reference.Stage));
    }

    [Theory]
    [InlineData("prod/db2")]
    [InlineData("prod/db-replica")]
    [InlineData("prod/db.json")]
    [InlineData("preprod/db")]
    [InlineData("/prod/db")]
    [InlineData("https://example.com/prod/db")]
    [InlineData("arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db2-AbCdEf")]
    [InlineData("arn:aws:secretsmanager:eu-central-1:999988887777:secret:prod/db-AbCdEf")]
    [InlineData("{{resolve:secretsmanager:prod/db2}}")]
    [InlineData("{{resolve:secretsmanager:prod/db:SecretString:user}}")]
    [InlineData("arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-AbCdEf:user::")]
    public async Task What_names_another_secret_or_another_field_is_not(string line)
    {
        Write("app.conf", line);
        Assert.Empty(await FindAsync(Field));
    }

    [Fact]
    public async Task A_word_that_is_a_settings_name_is_not_taken_for_a_secrets()
    {
        Write("app.yaml", "token:\n  secret: token\n\"token\" = 1\n");
        Assert.Equal("app.yaml:2:11", Assert.Single(Assert.Single(await FindAsync(SecretAddress.Parse("aws:token"))).References).Location);
    }

    [Fact]
    public async Task A_reference_tells_which_stage_or_version_it_reads()
    {
        const string arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-AbCdEf";
        Write("task.json", $"{arn}:password:AWSPENDING:\n{arn}::AWSPREVIOUS:\n{arn}:::0123456789abcdef0123456789abcdef\n");

        var references = Assert.Single(await FindAsync(Field)).References;

        Assert.Equal([SecretStage.Pending, SecretStage.Previous, SecretStage.Current], references.Select(static reference => reference.Stage));
        Assert.EndsWith("(version 0123456789abcdef0123456789abcdef alone)", references[2].Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_address_every_secret_is_found_that_text_tells_for_sure()
    {
        Write("a.yaml", "x: {{resolve:secretsmanager:prod/db:SecretString:user}}\ny: arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/mail-AbCdEf\nz: prod/other\n");
        Assert.Equal(["aws:prod/db#user", "aws:prod/mail"], (await FindAsync(null)).Select(static consumer => consumer.Address.ToString()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("/prod/db", "{{resolve:ssm-secure:/prod/db:3}}", "(version 3 alone)")]
    [InlineData("/prod/db", "{{resolve:ssm:/prod/db}}", "app.conf:1:1")]
    [InlineData("/prod/db", "valueFrom: arn:aws:ssm:eu-central-1:111122223333:parameter/prod/db", "app.conf:1:12")]
    [InlineData("token", "arn:aws:ssm:eu-central-1:111122223333:parameter/token", "app.conf:1:1")]
    [InlineData("/prod/db", "DB=/prod/db", "app.conf:1:4")]
    public async Task Parameters_are_found_by_their_own_ways_to_be_named(string name, string line, string location)
    {
        Write("app.conf", line);
        Assert.Contains(location, Assert.Single(Assert.Single(await FindAsync(SecretAddress.Parse($"aws:{name}"), MentionPattern.ParameterStore)).References).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_are_searched_to_their_ends_without_history_packages_and_binaries()
    {
        Write("deploy/eu/task.json", "prod/db");
        Write("b.env", "prod/db");
        Write(".git/config", "prod/db");
        Write("node_modules/x/index.js", "prod/db");
        Write("app.bin", "prod/db\0");
        await File.WriteAllTextAsync(Path.Combine(folder, "windows.ini"), "prod/db", Encoding.Unicode, AwsFixture.Cancellation);
        Directory.CreateSymbolicLink(Path.Combine(folder, "deploy", "again"), folder);
        File.CreateSymbolicLink(Path.Combine(folder, "mounted.env"), Path.Combine(folder, "b.env"));
        File.CreateSymbolicLink(Path.Combine(folder, "nowhere"), Path.Combine(folder, "gone"));

        Assert.Equal(["b.env", "deploy/eu/task.json", "mounted.env", "windows.ini"], (await FindAsync(Whole)).Select(static consumer => consumer.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_can_t_be_read_is_a_failure_and_the_search_goes_on()
    {
        Write("a.env", "prod/db");
        var gone = Path.Combine(folder, "gone");
        var failures = new List<Failure>();

        Assert.Single(await FindAsync(Whole, failures: failures, paths: [gone, folder]));

        Assert.Equal(gone, Assert.Single(failures).Target);
    }

    [Fact]
    public async Task Another_stores_address_has_no_consumers_here()
    {
        Write("a.env", "prod/db");
        Assert.Empty(await FindAsync(SecretAddress.Parse("vault:prod/db")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private async Task<List<Consumer>> FindAsync(SecretAddress? address, MentionPattern? pattern = null, List<Failure>? failures = null, params string[] paths)
    {
        var found = new List<Consumer>();
        var source = new FileConsumerSource("aws", "111122223333", paths.Length == 0 ? [folder] : paths, pattern ?? MentionPattern.SecretsManager);
        await foreach (var one in source.FindAsync(address, AwsFixture.Cancellation))
        {
            if (one.Succeeded(out var consumer, out var failure))
            {
                found.Add(consumer);
            }
            else
            {
                Assert.NotNull(failures);
                failures.Add(failure);
            }
        }

        return found;
    }
}
