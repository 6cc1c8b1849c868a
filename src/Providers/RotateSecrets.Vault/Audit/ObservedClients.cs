using System.Runtime.CompilerServices;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Vault.Audit;

/// <summary>
/// Clients that read secrets from the server themselves, as the audit log shows them: what is declared nowhere. Nothing here can restart them; which version each has, its last read tells.
/// </summary>
/// <param name="store">The store, whose log it is.</param>
/// <param name="own">What the log calls this connection.</param>
/// <param name="within">For how long whoever reads a secret counts.</param>
/// <param name="time">The clock.</param>
internal sealed class ObservedClients(ISecretStore store, string own, TimeSpan within, TimeProvider time) : IConsumerSource, IConsumerControl
{
    /// <summary>What such a consumer is called.</summary>
    public const string Kind = "VaultClient";

    private const string Unknown = "somewhere";

    /// <inheritdoc/>
    public string Name => $"audit log of {store.Description.Name}";

    /// <inheritdoc/>
    public bool Controls(Consumer consumer) => consumer.Kind == Kind;

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<Consumer>> FindAsync(SecretAddress? address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (address is not null && address.Store != store.Description.Name)
        {
            yield break;
        }

        var seen = new HashSet<(SecretAddress, string, string?)>();
        var ours = new HashSet<string?>(StringComparer.Ordinal);
        var others = new List<StoreAuditEvent>();
        await foreach (var entry in ReadsAsync(address, time.GetUtcNow() - within, cancellation))
        {
            if (entry.Failed(out var failure, out var happened))
            {
                yield return failure;
            }
            else if (happened.IsOwn)
            {
                ours.Add(happened.From);
            }
            else if (happened.VersionId is not null && seen.Add((happened.Address, happened.Principal, happened.From)))
            {
                others.Add(happened);
            }
        }

        // Earlier sessions of the same operator, on the same machine, are no clients.
        foreach (var reader in others.Where(reader => reader.Principal != own || !ours.Contains(reader.From)))
        {
            yield return new Consumer(Kind, reader.Principal, reader.From ?? Unknown, reader.Address, [new ConsumerReference("AuditLog", reader.Address.Path, Uptake.Wait)]);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<InstanceEvent>> RestartAsync(Consumer consumer, RestartRequest request, StopRequest stop)
    {
        await Task.CompletedTask;
        yield return new InstanceEvent(consumer.Scope, 1, 1, InstancePhase.Unchanged, request.Time.GetUtcNow());
    }

    /// <inheritdoc/>
    public async Task<Outcome<Convergence>> ProveAsync(Consumer consumer, SecretVersion version, CancellationToken cancellation)
    {
        StoreAuditEvent? last = null;
        await foreach (var entry in ReadsAsync(consumer.Address, time.GetUtcNow() - within, cancellation))
        {
            if (entry.Failed(out var failure, out var happened))
            {
                return failure;
            }

            if (happened.Principal == consumer.Name && (happened.From ?? Unknown) == consumer.Scope && happened.VersionId is not null)
            {
                last = happened;
            }
        }

        return new Convergence(consumer, version.Id, last is null
            ? []
            : [new InstanceState(consumer.Scope, last.VersionId == version.Id ? Holding.Holds : Holding.Lacks, last.At, $"it read version {last.VersionId} at {last.At:u}, and none since")]);
    }

    private IAsyncEnumerable<Outcome<StoreAuditEvent>> ReadsAsync(SecretAddress? address, DateTimeOffset since, CancellationToken cancellation) =>
        Where(store.ReadAuditAsync(new AuditQuery(address, Since: since), cancellation), cancellation);

    private static async IAsyncEnumerable<Outcome<StoreAuditEvent>> Where(IAsyncEnumerable<Outcome<StoreAuditEvent>> events, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var entry in events.WithCancellation(cancellation))
        {
            if (!entry.Succeeded(out var happened, out _) || happened.Operation == "read")
            {
                yield return entry;
            }
        }
    }
}
