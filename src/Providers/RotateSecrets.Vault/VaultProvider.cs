using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using RotateSecrets.Vault;
using RotateSecrets.Vault.Agents;
using RotateSecrets.Vault.Audit;
using RotateSecrets.Vault.Client;
using RotateSecrets.Vault.Login;
using RotateSecrets.Vault.Mounts;

[assembly: Provider(typeof(VaultProvider))]

namespace RotateSecrets.Vault;

/// <summary>
/// HashiCorp Vault and OpenBao. Its location is the server's address (default: VAULT_ADDR, then https://127.0.0.1:8200); its credential is a token, an AppRole's secret id or a JWT, by its setting
/// <c>Auth</c>: Token (default), AppRole, Jwt, Kubernetes or Certificate. What isn't set is read from the environment as the vault program reads it.
/// </summary>
public sealed class VaultProvider : IProvider
{
    private readonly VaultEnvironment environment;

    /// <summary>A provider that reads this process's environment.</summary>
    public VaultProvider()
        : this(VaultEnvironment.Own)
    {
    }

    internal VaultProvider(VaultEnvironment environment) => this.environment = environment;

    /// <inheritdoc/>
    public async Task<Outcome<Connection>> ConnectAsync(ConnectionRequest request, CancellationToken cancellation)
    {
        var settings = new VaultSettings(request, environment);
        AuditListener? listener = null;
        if (settings.AuditSocket is { } socket && AuditListener.Start(socket).Failed(out var deaf, out listener))
        {
            return deaf;
        }

        if ((await OpenAsync(request, cancellation)).Failed(out var failure, out var server))
        {
            await (listener?.DisposeAsync() ?? ValueTask.CompletedTask);
            return failure;
        }

        return Connected(new VaultStore(server, new AuditSource(settings.AuditFiles, listener)), server, settings);
    }

    private static Connection Connected(VaultStore store, VaultServer server, VaultSettings settings)
    {
        var agents = settings.AgentConfigs.Count > 0 ? new AgentConsumers(server.Name, settings.AgentConfigs, store.Values) : null;
        var clients = settings.ObservedWithin is { } within ? new ObservedClients(store, server.Keeper.Token.Principal, within, server.Time) : null;
        return new Connection(store)
        {
            Sources = [.. new IConsumerSource?[] { agents, clients }.OfType<IConsumerSource>()],
            Controls = [.. new IConsumerControl?[] { agents, clients }.OfType<IConsumerControl>()],
        };
    }

    internal async Task<Outcome<VaultServer>> OpenAsync(ConnectionRequest request, CancellationToken cancellation)
    {
        var settings = new VaultSettings(request, environment);
        if (settings.Flaw() is { } flaw)
        {
            return flaw;
        }

        if (settings.Namespace?.AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0)
        {
            return new Failure(FailureCode.ValueInvalid, request.Name, "The name of the namespace has a character that none can have.");
        }

        if (settings.Address().Failed(out var failure, out var address)
            || ServerTrust.Read(settings.Trust).Failed(out failure, out var trust))
        {
            return failure;
        }

        var client = new VaultClient(address, settings.Namespace, trust, settings.Transport, request.Time);
        var server = await LogInAsync(client, request, settings, cancellation);
        if (server.Failure is not null)
        {
            client.Dispose();
        }

        return server;
    }

    private async Task<Outcome<VaultServer>> LogInAsync(VaultClient client, ConnectionRequest request, VaultSettings settings, CancellationToken cancellation)
    {
        if ((await ServerState.AskAsync(client, request.Name, cancellation)).Failed(out var failure, out var state))
        {
            return failure;
        }

        if (client.Namespace is { } inside and not "root" && !state.MayHaveNamespaces)
        {
            return new Failure(FailureCode.ValueInvalid, request.Name, $"The server has no namespace '{inside}': as Vault's community edition, or OpenBao before 2.3, it has none at all.")
            {
                Remedy = "Leave -Namespace out, and unset VAULT_NAMESPACE; or see whether the address is that of another server.",
            };
        }

        if ((await new VaultLogin(request, settings, environment).GetTokenAsync(client, cancellation)).Failed(out failure, out var token))
        {
            return failure;
        }

        // A header takes no other characters, and says in its exception what it didn't take.
        if (token.Reveal(static bytes => bytes.IsEmpty || bytes.IndexOfAnyExceptInRange((byte)'!', (byte)'~') >= 0))
        {
            token.Dispose();
            return new Failure(FailureCode.ValueInvalid, request.Name, "What was given as the token is none: a token is made of letters, digits and signs, without spaces or line breaks.");
        }

        client.Use(token);
        if ((await TokenKeeper.StartAsync(client, request.Time, request.Name, cancellation)).Failed(out failure, out var keeper))
        {
            return failure;
        }

        var mounts = new MountTable(client, request.Name);
        if ((await mounts.LoadAsync(cancellation)).Failed(out failure, out _))
        {
            await keeper.DisposeAsync();
            return failure;
        }

        await mounts.LoadConfigsAsync(keeper.Token.IsRoot, cancellation);
        var server = new VaultServer(request.Name, client, keeper, state, mounts, request.Time);
        await server.Grants.LearnAsync(client, keeper.Token.Policies, request.Name, cancellation);
        return server;
    }
}
