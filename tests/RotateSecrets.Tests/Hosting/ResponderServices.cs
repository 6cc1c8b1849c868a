using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace RotateSecrets.Tests.Hosting;

/// <summary>A services file that declares the responder, on free ports.</summary>
internal static class ResponderServices
{
    public static string Path { get; } = System.IO.Path.Combine(
        BuiltModule.RepositoryRoot, "tests", "Peers", "Responder", "bin", Configuration, "net10.0", "Responder.dll");

#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    /// <summary>Writes services.json into a session's folder.</summary>
    public static IReadOnlyList<int> Write(HostedSession session, int replicas = 2, int healthyAfter = 0, int startTimeout = 20)
    {
        var ports = FreePorts(replicas);
        File.WriteAllText(System.IO.Path.Combine(session.Folder, "services.json"), JsonSerializer.Serialize(new
        {
            services = new[]
            {
                new
                {
                    name = "responder",
                    command = new[] { "dotnet", Path },
                    environment = new Dictionary<string, string> { ["PORT"] = "{port}", ["HEALTHY_AFTER"] = healthyAfter.ToString() },
                    replicas,
                    ports,
                    health = "http://127.0.0.1:{port}/healthz",
                    secrets = new object[]
                    {
                        new { address = "local:X", environment = "SECRET" },
                        new { address = "local:X", stage = "Pending", environment = "SECRET_PENDING" },
                    },
                    startTimeoutSeconds = startTimeout,
                },
            },
        }));
        return ports;
    }

    public static List<int> FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(static listener => listener.Start());
        var ports = listeners.ConvertAll(static listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        listeners.ForEach(static listener => listener.Dispose());
        return ports;
    }
}
