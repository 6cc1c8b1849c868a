using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RotateSecrets.Peers.Vault.SystemBackend;

namespace RotateSecrets.Peers.Vault;

/// <summary>What a server can be in.</summary>
public enum SealState
{
    Active,
    Standby,
    Sealed,
    Uninitialised,
    Secondary,
    PerformanceStandby,
}

/// <summary>A server that answers as Vault does. It listens on the loopback interface alone.</summary>
public sealed partial class VaultDouble : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly WebApplication application;
    private readonly ServerState state;
    private readonly SystemPaths system;
    private readonly AuthPaths auth;
    private readonly AuditTrail audit;
    private readonly List<string> requests = [];

    private VaultDouble(WebApplication application, ServerState state)
    {
        this.application = application;
        this.state = state;
        system = new SystemPaths(state);
        auth = new AuthPaths(state);
        audit = new AuditTrail(state);
        application.Run(AnswerAsync);
    }

    public Uri Address => new(application.Urls.First());

    public string RootToken => state.Root.Id;

    public SealState Seal { get; set; }

    public string Version
    {
        get => state.Version;
        set => state.Version = value;
    }

    /// <summary>Which edition it says that it is; null where it doesn't.</summary>
    public bool? IsEnterprise { get; set; }

    /// <summary>How far the node that answers is behind the active one.</summary>
    public Replication Replication { get; } = new();

    /// <summary>The namespaces besides the root; all of them have the same secrets.</summary>
    public ISet<string> Namespaces { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>What is done in the place of an answer, or before it: called with the request, answers with null to let it pass.</summary>
    public Func<VaultQuestion, VaultAnswer?>? Before { get; set; }

    /// <summary>Whether the answer to a request gets lost after it took effect.</summary>
    public Func<VaultQuestion, bool>? LosesAnswer { get; set; }

    /// <summary>The requests so far: method and path.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (gate)
            {
                return [.. requests];
            }
        }
    }

    /// <summary>Makes a token that has no policies but those.</summary>
    public VaultToken BareToken(params string[] policies)
    {
        lock (gate)
        {
            return state.Tokens["s.bare"] = new VaultToken("s.bare", policies, null, TimeSpan.Zero, isRenewable: false);
        }
    }

    public static async Task<VaultDouble> StartAsync(int port = 0, TimeProvider? time = null, string? auditFile = null, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var server = new VaultDouble(builder.Build(), new ServerState(time ?? TimeProvider.System, auditFile));
        await server.application.StartAsync();
        return server;
    }

    /// <summary>Forgets which requests there were.</summary>
    public void ForgetRequests()
    {
        lock (gate)
        {
            requests.Clear();
        }
    }

    /// <summary>Makes a token.</summary>
    public VaultToken Token(TimeSpan ttl, bool isRenewable, params string[] policies)
    {
        lock (gate)
        {
            return state.Issue(policies, ttl, isRenewable);
        }
    }

    public void RevokeToken(string id)
    {
        lock (gate)
        {
            state.Tokens.Remove(id);
        }
    }

    public bool WritePolicy(string name, string body)
    {
        lock (gate)
        {
            return state.Policies.Write(name, body);
        }
    }

    /// <summary>Lets somebody log in: with role and secret id, with role and JWT, or with a certificate's name.</summary>
    public void Admit(string mount, string presented, params string[] policies)
    {
        lock (gate)
        {
            state.Logins[(mount, presented)] = policies;
        }
    }

    /// <summary>Makes a role by which somebody can log in.</summary>
    /// <param name="path">Its path: auth/approle/role/app.</param>
    /// <param name="policies">What it gives, besides the policy that is called default.</param>
    public void WriteRole(string path, params string[] policies)
    {
        lock (gate)
        {
            state.Roles[path] = policies;
        }
    }

    public void Mount(string path, string type, string? version)
    {
        lock (gate)
        {
            state.Mount(path, type, version);
        }
    }

    /// <summary>Writes a secret with one key, as its operator would.</summary>
    public void Store(string path, string key, string value)
    {
        lock (gate)
        {
            var (mount, engine) = state.MountOf(path)!.Value;
            var data = new JsonObject { ["data"] = new JsonObject { [key] = value } };
            engine.Answer(new VaultQuestion("POST", path, new Dictionary<string, string>(StringComparer.Ordinal), data, state.Root), "data/" + path[mount.Length..]);
        }
    }

    /// <summary>Writes to a secrets engine, as its operator would.</summary>
    public void Configure(string path, JsonObject body)
    {
        lock (gate)
        {
            var (mount, engine) = state.MountOf(path)!.Value;
            engine.Answer(new VaultQuestion("POST", path, new Dictionary<string, string>(StringComparer.Ordinal), body, state.Root), path[mount.Length..]);
        }
    }

    /// <summary>Issues leases.</summary>
    public void Issue(string prefix, int count, TimeSpan ttl)
    {
        lock (gate)
        {
            for (var i = 0; i < count; i++)
            {
                state.Leases.Issue(prefix, state.Time.GetUtcNow() + ttl);
            }
        }
    }

    /// <summary>Lets revocations under a prefix fail.</summary>
    public void BreakLeases(string prefix)
    {
        lock (gate)
        {
            state.Leases.Broken.Add(prefix);
        }
    }

    /// <summary>Works off the queue of revocations.</summary>
    public void WorkLeases()
    {
        lock (gate)
        {
            state.Leases.Work();
        }
    }

    /// <summary>Enables a socket audit device.</summary>
    /// <param name="type">What it speaks: tcp, udp or unix.</param>
    /// <param name="at">Where it is heard.</param>
    public void SendAudit(string type, EndPoint at)
    {
        var socket = new Socket(at.AddressFamily, type == "udp" ? SocketType.Dgram : SocketType.Stream, type switch { "tcp" => ProtocolType.Tcp, "udp" => ProtocolType.Udp, _ => ProtocolType.Unspecified });
        socket.Connect(at);
        lock (gate)
        {
            state.AuditSocket = socket;
        }
    }

    /// <summary>The ids of the leases that are in force.</summary>
    public IReadOnlyList<string> Leases
    {
        get
        {
            lock (gate)
            {
                return [.. state.Leases.All.Select(static lease => lease.Id)];
            }
        }
    }

    public int LeaseCount
    {
        get
        {
            lock (gate)
            {
                return state.Leases.All.Count();
            }
        }
    }

    public Task WaitAsync() => ((IHost)application).WaitForShutdownAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        state.AuditSocket?.Dispose();
    }
}
