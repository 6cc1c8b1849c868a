using System.Net;
using System.Net.Sockets;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Audit;

public sealed class SocketAuditTests : IAsyncLifetime
{
    private static readonly SecretAddress Address = SecretAddress.Parse("vault:secret/proxy/jwt#value");

    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
    private VaultDouble server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => server = await VaultDouble.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    [InlineData("unix")]
    public async Task What_the_device_sends_is_found_as_in_a_file(string type)
    {
        var (place, end) = Place(type);
        await using var store = await Doors.ConnectAsync(server, settings: ("AuditSocket", place));
        Assert.True(store.Description.Capabilities.HasFlag(StoreCapabilities.Audited));
        server.SendAudit(type, end);
        using var value = SecretValue.FromText("audited");
        var version = RotationHouse.Value(await store.PutAsync(new PutRequest(Address, value, SecretStage.Current, "t"), Cancellation));

        var seen = await FollowAsync(store, 1);
        RotationHouse.Value(await store.ReadAsync(Address, VersionSelector.Current, Cancellation)).Value!.Dispose();
        var both = await FollowAsync(store, 2, "read");

        Assert.Equal("write", seen[0].Operation);
        Assert.Equal(version.Id, both[^1].VersionId);
        Assert.True(both[^1].IsOwn);
    }

    [Fact]
    public async Task What_happens_while_one_waits_is_told_as_it_happens()
    {
        var (place, end) = Place("tcp");
        await using var store = await Doors.ConnectAsync(server, settings: ("AuditSocket", place));
        server.SendAudit("tcp", end);
        var waiting = FollowAsync(store, 1);
        Assert.False(waiting.IsCompleted);

        using var value = SecretValue.FromText("audited");
        RotationHouse.Value(await store.PutAsync(new PutRequest(Address, value, SecretStage.Current, "t"), Cancellation));

        Assert.Equal("write", Assert.Single(await waiting).Operation);
    }

    [Theory]
    [InlineData("9090")]
    [InlineData("http://127.0.0.1:9090")]
    [InlineData("tcp://somewhere.example:9090")]
    [InlineData("tcp://127.0.0.1")]
    public async Task A_place_where_nobody_can_listen_is_refused(string place)
    {
        var outcome = await Doors.TryConnectAsync(server.Address.ToString(), server.RootToken, settings: ("AuditSocket", place));
        Assert.Equal(FailureCode.ValueInvalid, outcome.Failure?.Code);
    }

    [Fact]
    public async Task A_place_that_is_taken_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var outcome = await Doors.TryConnectAsync(server.Address.ToString(), server.RootToken, settings: ("AuditSocket", $"tcp://{taken.LocalEndpoint}"));
        Assert.Equal(FailureCode.PortInUse, outcome.Failure?.Code);
    }

    private (string Place, EndPoint End) Place(string type)
    {
        if (type == "unix")
        {
            var path = Path.Combine(folder, "audit.sock");
            return ($"unix://{path}", new UnixDomainSocketEndPoint(path));
        }

        using var probe = new Socket(AddressFamily.InterNetwork, type == "udp" ? SocketType.Dgram : SocketType.Stream, type == "udp" ? ProtocolType.Udp : ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ($"{type}://{probe.LocalEndPoint}", probe.LocalEndPoint!);
    }

    private static async Task<List<StoreAuditEvent>> FollowAsync(ISecretStore store, int count, string? last = null)
    {
        var events = new List<StoreAuditEvent>();
        await foreach (var happened in store.ReadAuditAsync(new AuditQuery(Address) { Follow = true }, Cancellation))
        {
            var one = RotationHouse.Value(happened);
            if (one.Operation is "write" or "read")
            {
                events.Add(one);
            }

            if (events.Count >= count && (last is null || events[^1].Operation == last))
            {
                break;
            }
        }

        return events;
    }
}
