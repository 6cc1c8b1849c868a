using System.IO.Compression;
using System.Text;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Audit;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Audit;

public sealed class AuditTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
    private VaultDouble server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Log => Path.Combine(folder, "audit.log");

    public async ValueTask InitializeAsync() => server = await VaultDouble.StartAsync(auditFile: Log);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Who_read_which_version_is_found_in_the_file_and_in_those_that_were_rotated_away()
    {
        var address = SecretAddress.Parse("vault:secret/proxy/jwt#value");
        await using var store = await ConnectAsync();
        var first = await PutAsync(store, address);
        await ReadAsync(store, address, first.Id);
        Rotate("audit.log.1.gz");
        var second = await PutAsync(store, address);
        await ReadAsync(store, address, first.Id);
        await ReadAsync(store, address, second.Id);
        await ReadAsync(store, address, second.Id);
        await PutAsync(store, SecretAddress.Parse("vault:secret/other/proxy/jwt#value"));

        var all = await EventsAsync(store, new AuditQuery(address));
        var old = await EventsAsync(store, new AuditQuery(address, first.Id));

        Assert.Equal(2, old.Count(static happened => happened.Operation == "read"));
        Assert.Equal(2, all.Count(happened => happened.Operation == "read" && happened.VersionId == second.Id));
        Assert.Equal(2, all.Count(static happened => happened.Operation == "write"));
        Assert.All(all, static happened => Assert.Equal("root", happened.Principal));
        Assert.All(all, static happened => Assert.Equal("127.0.0.1", happened.From));
        Assert.Equal(all.OrderBy(static happened => happened.At), all);
        Assert.Empty(await EventsAsync(store, new AuditQuery(address, Since: DateTimeOffset.UtcNow.AddHours(1))));
        Assert.True((await EventsAsync(store, new AuditQuery())).Count > all.Count);
    }

    [Fact]
    public async Task A_read_of_a_destroyed_version_is_no_read()
    {
        var address = SecretAddress.Parse("vault:secret/gone#value");
        await using var store = await ConnectAsync();
        var first = await PutAsync(store, address);
        await PutAsync(store, address);
        Assert.Null((await store.RevokeAsync(address, first.Id, Cancellation)).Failure);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("X-Vault-Token", server.RootToken);
        using var response = await client.GetAsync(new Uri(server.Address, "v1/secret/data/gone?version=1"), Cancellation);

        var events = await EventsAsync(store, new AuditQuery(address, first.Id));

        var revoked = events.FindIndex(static happened => happened.Operation == "revoke");
        Assert.DoesNotContain(events.Skip(revoked), static happened => happened.Operation == "read");
        Assert.Contains(events, static happened => happened.Operation == "read refused");
        Assert.True(revoked >= 0);
    }

    [Fact]
    public void A_device_that_writes_everything_as_it_is_tells_which_version_was_refused()
    {
        var entry = AuditEntry.Read(Encoding.UTF8.GetBytes(
            """
            @cee: {"time":"2031-05-04T03:02:01.5Z","type":"response","auth":{"display_name":"token-app"},"request":{"id":"1","operation":"read","namespace":{"id":"root"},"path":"secret/data/app","data":{"version":"3"},"remote_address":"10.0.0.1"},"response":{"data":{"http_content_type":"application/json","http_raw_body":"{\"data\":{\"data\":null}}","http_status_code":404}}}
            """));

        Assert.NotNull(entry);
        Assert.True(entry.IsRefused);
        Assert.Equal([3], entry.Versions);
        Assert.Empty(entry.Hashes);
    }

    [Fact]
    public async Task A_rotation_is_proven_by_the_audit_log()
    {
        await using var house = await RotationHouse.BuildAsync(await ConnectAsync(), SecretAddress.Parse("vault:secret/proven#value"), 0);
        await house.PutAsync("the old value, long enough");
        var rotation = await house.RunAsync();
        Assert.True(rotation.State == Rotation.Records.RotationState.Completed, $"{rotation.State}: {rotation.Message}");
    }

    [Fact]
    public async Task Without_a_file_it_says_how_one_is_named_and_a_file_that_is_not_there_is_named()
    {
        var address = SecretAddress.Parse("vault:secret/x#value");
        await using var without = await Doors.ConnectAsync(server);
        Assert.Equal(FailureCode.NotSupported, await FailureAsync(without, address));
        await using var missing = await Doors.ConnectAsync(server, settings: ("AuditFile", Path.Combine(folder, "nothing*.log")));
        Assert.Equal(FailureCode.FileNotFound, await FailureAsync(missing, address));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData("{\"type\":\"response\",\"request\":{\"path\":\"secret/data/x\"")]
    [InlineData("\0\u0001{]}\"/x\"\n{\"/x\"}")]
    public async Task Lines_that_are_none_are_passed_over(string text)
    {
        await File.WriteAllTextAsync(Log, text, Cancellation);
        await using var store = await ConnectAsync();
        Assert.Empty(await EventsAsync(store, new AuditQuery(SecretAddress.Parse("vault:secret/x#value"))));
    }

    [Fact]
    public async Task A_line_across_the_edges_of_blocks_is_found_whole()
    {
        var line = "{\"x\":\"" + new string('a', 700_000) + "/needle\"}";
        await using var stream = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', "{}", line, line, "{}", line)));
        var found = new List<int>();
        await foreach (var one in LineSearch.FindAsync(stream, "/needle\""u8.ToArray(), Cancellation))
        {
            found.Add(one.Length);
        }

        Assert.Equal([line.Length, line.Length, line.Length], found);
    }

    private async Task<ISecretStore> ConnectAsync() => await Doors.ConnectAsync(server, settings: ("AuditFile", Log + "*"));

    private void Rotate(string name)
    {
        using (var from = File.OpenRead(Log))
        using (var to = new GZipStream(File.Create(Path.Combine(folder, name)), CompressionLevel.Fastest))
        {
            from.CopyTo(to);
        }

        File.Delete(Log);
    }

    private static async Task<SecretVersion> PutAsync(ISecretStore store, SecretAddress address)
    {
        using var value = SecretValue.FromText(Guid.NewGuid().ToString());
        Assert.True((await store.PutAsync(new PutRequest(address, value, SecretStage.Current, Guid.NewGuid().ToString("N")), Cancellation)).Succeeded(out var version, out var failure), failure?.ToString());
        return version!;
    }

    private static async Task ReadAsync(ISecretStore store, SecretAddress address, string id)
    {
        Assert.True((await store.ReadAsync(address, VersionSelector.OfId(id), Cancellation)).Succeeded(out var version, out var failure), failure?.ToString());
        version!.Value!.Dispose();
    }

    private static async Task<List<StoreAuditEvent>> EventsAsync(ISecretStore store, AuditQuery query)
    {
        var events = new List<StoreAuditEvent>();
        await foreach (var happened in store.ReadAuditAsync(query, Cancellation))
        {
            Assert.True(happened.Succeeded(out var one, out var failure), failure?.ToString());
            events.Add(one!);
        }

        return events;
    }

    private static async Task<FailureCode?> FailureAsync(ISecretStore store, SecretAddress address)
    {
        await foreach (var happened in store.ReadAuditAsync(new AuditQuery(address), Cancellation))
        {
            return happened.Failure?.Code;
        }

        return null;
    }
}
