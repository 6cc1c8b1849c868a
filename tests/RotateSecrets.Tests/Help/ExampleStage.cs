using System.Text.Json;
using RotateSecrets.Tests.Hosting;

namespace RotateSecrets.Tests.Help;

/// <summary>
/// Where an example of the help runs: a session that stands in a folder with a store, <c>local</c>, and a services file. The store has the secret PROXY_JWT_SECRET in two
/// versions, of which the current one is verified, and DB#password; the file declares two replicas of the sample service that reads the first. They run if the example is about
/// services. A candidate waits unless the example writes one or
/// is about whole rotations; for these there is a plan. Examples about Vault have a server, connected as <c>vault</c>.
/// </summary>
internal sealed class ExampleStage : IDisposable
{
    // Where the pages say that the replicas listen.
    private const int DocumentedPort = 8081;

    private const int Replicas = 2;

#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    private const string Connecting = "$null = Connect-SecretStore -Local ./secrets.db -ServicesFile ./services.json";

    private readonly HostedSession session = new();
    private readonly IReadOnlyList<int> ports = ResponderServices.FreePorts(Replicas);
    private readonly string code;
    private readonly bool hasServices;

    public ExampleStage(string example)
    {
        code = Enumerable.Range(0, Replicas).Aggregate(example, (text, replica) => text.Replace($":{DocumentedPort + replica}", $":{ports[replica]}", StringComparison.Ordinal));
        hasServices = NeedsServices(example);
        if (VaultStage.IsNeededBy(example))
        {
            code = code.Replace(VaultStage.DocumentedAddress, VaultStage.Address, StringComparison.Ordinal);
            session.Run($"$null = Connect-SecretStore -Vault {VaultStage.Address}").Clean();
        }

        WriteServices();
        session.Run($$"""
            $ConfirmPreference = 'None'
            {{Connecting}}
            1..2 | ForEach-Object { $null = New-SecretValue | Set-StoreSecret local:PROXY_JWT_SECRET }
            $null = New-SecretValue -Password | Set-StoreSecret 'local:DB#password'
            """).Clean();
        if (hasServices)
        {
            session.Run("Get-Consumers | Start-Consumer; $null = Get-StoreSecret local:PROXY_JWT_SECRET -Stage Current | Get-Consumers | Test-RotationHealth").Clean();
        }

        if (example.Contains(".rotation.psd1", StringComparison.Ordinal) && !example.Contains("New-RotationPlan", StringComparison.Ordinal))
        {
            session.Run("$null = New-RotationPlan local:PROXY_JWT_SECRET ./proxy-jwt.rotation.psd1 -Discover").Clean();
        }

        if (!example.Contains("Set-StoreSecret", StringComparison.Ordinal) && !IsAboutRotations(example))
        {
            session.Run("$null = New-SecretValue | Set-StoreSecret local:PROXY_JWT_SECRET -Stage Pending").Clean();
        }
    }

    /// <summary>Whether an example is about services. They run on Linux and macOS only.</summary>
    public static bool NeedsServices(string example) =>
        IsAboutRotations(example) || ((string[])["Consumer", "Health", "Revoke"]).Any(word => example.Contains(word, StringComparison.Ordinal));

    // A rotation writes its own candidate, and refuses to begin where somebody else's is waiting.
    private static bool IsAboutRotations(string example) =>
        example.Contains("SecretRotation", StringComparison.Ordinal) || example.Contains("RotationPlan", StringComparison.Ordinal);

    public RunResult Run() => session.Run(code);

    public void Dispose()
    {
        if (hasServices)
        {
            session.Run($"{Connecting}; Get-Consumers | Stop-Consumer").Clean();
        }

        session.Dispose();
    }

    private void WriteServices() => File.WriteAllText(Path.Combine(session.Folder, "services.json"), JsonSerializer.Serialize(new
    {
        services = new[]
        {
            new
            {
                name = "proxy",
                command = new[]
                {
                    "dotnet",
                    Path.Combine(BuiltModule.RepositoryRoot, "docs", "examples", "proxy", "bin", Configuration, "net10.0", "proxy.dll"),
                    "--urls", "http://127.0.0.1:{port}",
                },
                environment = new Dictionary<string, string> { ["PROXY_REPLICA"] = "{replica}", ["PROXY_DRAIN_MILLISECONDS"] = "0" },
                replicas = Replicas,
                ports,
                health = "http://127.0.0.1:{port}/healthz",
                secrets = new object[]
                {
                    new { address = "local:PROXY_JWT_SECRET", environment = "PROXY_JWT_SECRET" },
                    new { address = "local:PROXY_JWT_SECRET", stage = "Pending", environment = "PROXY_JWT_SECRET_PENDING" },
                },
            },
        },
    }));
}
