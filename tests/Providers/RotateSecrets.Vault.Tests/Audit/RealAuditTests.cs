using System.Text.Json.Nodes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Login;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Audit;

/// <summary>What a real server writes into its audit file, where that lies on this machine.</summary>
public sealed class RealAuditTests
{
    [Fact]
    public async Task A_read_of_a_version_is_found_in_what_the_server_wrote()
    {
        await RealServer.NeedAsync();
        var folder = Directory.CreateTempSubdirectory("rotatesecrets-");
        var (device, file) = ($"rotatesecrets-test-{Guid.NewGuid():N}", Path.Combine(folder.FullName, "audit.log"));
        var enabled = await RealServer.PostAsync($"sys/audit/{device}", new JsonObject { ["type"] = "file", ["options"] = new JsonObject { ["file_path"] = file } }.ToJsonString());
        Assert.SkipUnless(enabled.Status == 204 && File.Exists(file), $"The server writes no audit file that can be read here: status {enabled.Status}.");
        try
        {
            var outcome = await Doors.TryConnectAsync(RealServer.Address, RealServer.Token, environment: VaultEnvironment.Own, settings: ("AuditFile", file));
            Assert.True(outcome.Succeeded(out var connection, out var failure), failure?.ToString());
            await using (connection)
            {
                var address = SecretAddress.Parse($"vault:{RealServer.Versioned}audit/<{Guid.NewGuid():N}>&#value");
                using var value = SecretValue.FromText("audited");
                var put = await connection!.Store.PutAsync(new PutRequest(address, value, SecretStage.Current, "t"), TestContext.Current.CancellationToken);
                Assert.True(put.Succeeded(out var version, out var unwritten), unwritten?.ToString());
                var read = await connection.Store.ReadAsync(address, VersionSelector.Current, TestContext.Current.CancellationToken);
                Assert.True(read.Succeeded(out var found, out _));
                found!.Value!.Dispose();

                var events = new List<StoreAuditEvent>();
                await foreach (var happened in connection.Store.ReadAuditAsync(new AuditQuery(address, version!.Id), TestContext.Current.CancellationToken))
                {
                    Assert.True(happened.Succeeded(out var one, out var unread), unread?.ToString());
                    events.Add(one!);
                }

                Assert.Equal(["write", "read"], events.Select(static happened => happened.Operation));
            }
        }
        finally
        {
            await RealServer.SendAsync(HttpMethod.Delete, $"sys/audit/{device}", null);
            folder.Delete(recursive: true);
        }
    }
}
