using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Secrets;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Rotations;

/// <summary>A process that rotates is killed (SIGKILL) as a request of its reaches the server: before it takes effect, and after.</summary>
public sealed class KillTests : IAsyncLifetime
{
    private const string Old = "the old value, long enough";

    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
    private VaultDouble server = null!;
    private Process? rotator;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => server = await VaultDouble.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_whichever_request_it_goes_on_to_its_end_or_back(bool tookEffect)
    {
        for (var victim = 1; ; victim++)
        {
            var address = SecretAddress.Parse($"vault:secret/kill/{Guid.NewGuid():N}#value");
            var own = Write(address, victim);
            server.Store(address.Path, "value", Old);
            var count = 0;
            server.Before = question => !tookEffect && Meets(question) ? VaultAnswer.Error(500, "nobody is there to hear it") : null;
            server.LosesAnswer = question => tookEffect && Meets(question);

            var said = await RunAsync(own, "invoke");

            server.Before = null;
            server.LosesAnswer = null;
            if (count < victim)
            {
                Assert.True(victim > 6, said);
                return;
            }

            said += await RunAsync(own, victim % 2 == 0 ? "resume" : "undo");
            if (!said.Contains("Ended", StringComparison.Ordinal))
            {
                // There is no way back once the revocation was begun.
                said += await RunAsync(own, "resume");
            }

            await using var store = await Doors.ConnectAsync(server);
            var versions = new List<SecretVersion>();
            await foreach (var version in store.ListVersionsAsync(address, Cancellation))
            {
                versions.Add(RotationHouse.Value(version));
            }

            Assert.True(versions.Count(static version => version.Stage != SecretStage.Revoked) == 1, $"request {victim}: {string.Join(", ", versions)}\n{said}");
            var current = Assert.Single(versions, static version => version.Stage == SecretStage.Current);
            using var value = RotationHouse.Value(await store.ReadAsync(address, VersionSelector.OfId(current.Id), Cancellation)).Value!;
            Assert.True(value.Reveal() == Old || current.Token is not null, $"request {victim}: the current value is nobody's\n{said}");

            bool Meets(VaultQuestion question)
            {
                if (!question.Path.StartsWith("secret/", StringComparison.Ordinal) || ++count != victim)
                {
                    return false;
                }

                rotator!.Kill();
                return true;
            }
        }
    }

    private string Write(SecretAddress address, int victim)
    {
        var own = Directory.CreateDirectory(Path.Combine(folder, $"{victim}")).FullName;
        File.WriteAllText(Path.Combine(own, "plan.json"), new JsonObject { ["Address"] = address.ToString(), ["Strategy"] = "Staged" }.ToJsonString());
        File.WriteAllText(Path.Combine(own, "vault"), string.Empty);
        return own;
    }

    private async Task<string> RunAsync(string own, string verb)
    {
        var program = typeof(KillTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static one => one.Key == "rotator").Value!;
        var start = new ProcessStartInfo("dotnet", [program, own, verb, "-1"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["VAULT_ADDR"] = server.Address.ToString();
        start.Environment["VAULT_TOKEN"] = server.RootToken;
        start.Environment.Remove("VAULT_NAMESPACE");
        using var process = Process.Start(start)!;
        rotator = process;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(Cancellation), process.StandardError.ReadToEndAsync(Cancellation));
        await process.WaitForExitAsync(Cancellation);
        return $"{verb}: {said[0]}{said[1]}\n";
    }
}
