using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using RotateSecrets.Binding;
using RotateSecrets.Consumers;
using RotateSecrets.Installation;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;
using RotateSecrets.Secrets.Generation;
using RotateSecrets.Stores;

namespace RotateSecrets.Lifecycle;

/// <summary>What one runspace holds: its connections, its journal, and the addresses it has seen. Two runspaces share none of it.</summary>
internal sealed class RunspaceSession : ISecretStores, IAsyncDisposable
{
    private static readonly ConditionalWeakTable<Runspace, RunspaceSession> Sessions = [];

    private static readonly HttpClient ProbeClient =
        new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = Timeout.InfiniteTimeSpan };

    private readonly ConcurrentDictionary<string, Connection> connections = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, SecretAddress> seen = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim journalGate = new(1, 1);
    private IRotationJournal? journal;

    /// <summary>The session of the runspace on whose pipeline thread this is called.</summary>
    public static RunspaceSession Current => Sessions.GetValue(Runspace.DefaultRunspace, static runspace =>
    {
        var session = new RunspaceSession();
        runspace.StateChanged += (_, change) =>
        {
            if (change.RunspaceStateInfo.State is RunspaceState.Closed or RunspaceState.Broken)
            {
                _ = session.DisposeAsync().AsTask();
            }
        };
        return session;
    });

    public TimeProvider Time { get; } = TimeProvider.System;

    /// <summary>The connections, by name.</summary>
    public IEnumerable<Connection> Connections => connections.Values.OrderBy(
        static connection => connection.Store.Description.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The consumers that can be found and restarted through the connections.</summary>
    public ConsumerCatalog Consumers => new(
        [.. connections.Values.SelectMany(static connection => connection.Sources)],
        [.. connections.Values.SelectMany(static connection => connection.Controls)]);

    /// <summary>Makes generators of values.</summary>
    public SecretGenerators Generators { get; } = new(static () => Provider("Local").Map(static provider => (IEd25519Source)provider));

    /// <summary>The addresses that went through this session, for completion.</summary>
    public IEnumerable<string> SeenAddresses => seen.Keys.Order(StringComparer.OrdinalIgnoreCase);

    /// <summary>Ends the session of the calling runspace, if it has one.</summary>
    public static ValueTask EndCurrentAsync() =>
        Runspace.DefaultRunspace is { } runspace && Sessions.TryGetValue(runspace, out var session) && Sessions.Remove(runspace)
            ? session.DisposeAsync()
            : ValueTask.CompletedTask;

    /// <summary>Makes the provider of a kind.</summary>
    public static Outcome<IProvider> Provider(string kind)
    {
        var context = ProviderLoadContext.Shared.Value;
        return context.Create(kind) is { } provider
            ? Outcome.Of(provider)
            : new Failure(FailureCode.ProviderNotFound, kind, $"There is no provider of the kind '{kind}'.")
            {
                Remedy = $"The Providers folder of the module has: {string.Join(", ", context.Kinds)}.",
            };
    }

    /// <summary>Connects a store, in place of one of the same name.</summary>
    public async Task<Outcome<StoreDescription>> ConnectAsync(string kind, ConnectionRequest request, CancellationToken cancellation)
    {
        if (!Provider(kind).Succeeded(out var provider, out var unknown))
        {
            return unknown;
        }

        request = request with { StoreOf = name => connections.TryGetValue(name, out var other) ? other.Store.Description : null };
        if (!(await provider.ConnectAsync(request, cancellation)).Succeeded(out var connection, out var failure))
        {
            return failure;
        }

        connections.TryRemove(request.Name, out var replaced);
        connections[request.Name] = connection;
        if (replaced is not null)
        {
            await replaced.DisposeAsync();
        }

        return connection.Store.Description;
    }

    /// <summary>Takes a connection out.</summary>
    public bool TryRemove(string name, [NotNullWhen(true)] out Connection? connection) => connections.TryRemove(name, out connection);

    /// <inheritdoc/>
    public Outcome<ISecretStore> StoreOf(SecretAddress address)
    {
        seen.TryAdd(address.ToString(), address);
        return Store(address.Store);
    }

    /// <summary>The store of a name.</summary>
    public Outcome<ISecretStore> Store(string name) => connections.TryGetValue(name, out var connection)
        ? Outcome.Of(connection.Store)
        : new Failure(FailureCode.StoreNotConnected, name, $"No store is connected under the name '{name}'.")
        {
            Remedy = connections.IsEmpty
                ? $"Connect it first, for example: Connect-SecretStore -Local ./secrets.db -Name {name}"
                : $"Connected are: {string.Join(", ", connections.Keys.Order(StringComparer.OrdinalIgnoreCase))}.",
        };

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> ResolveAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) =>
        StoreOf(address).Succeeded(out var store, out var failure) ? await store.ReadAsync(address, version, cancellation) : failure;

    /// <summary>What rotations need of the world, as this runspace has it.</summary>
    public async Task<Outcome<RotationServices>> RotationServicesAsync(CancellationToken cancellation) => (await JournalAsync(cancellation)).Map(
        journal => new RotationServices(this, journal, Consumers, new GeneratedValues(Generators), new ProbeMaker(ProbeClient, Time), new PlanFile(), Time));

    /// <summary>The journal, opened at first use.</summary>
    public async Task<Outcome<IRotationJournal>> JournalAsync(CancellationToken cancellation)
    {
        await journalGate.WaitAsync(cancellation);
        try
        {
            if (journal is not null)
            {
                return Outcome.Of(journal);
            }

            if (!Provider("Local").Succeeded(out var provider, out var missing))
            {
                return missing;
            }

            var opened = await ((IJournalProvider)provider).OpenJournalAsync(
                Path.Combine(DataFolder.Path, "journal.db"), Time, cancellation);
            if (opened.Succeeded(out var fresh, out _))
            {
                journal = fresh;
            }

            return opened;
        }
        finally
        {
            journalGate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var name in connections.Keys)
        {
            if (connections.TryRemove(name, out var connection))
            {
                await connection.DisposeAsync();
            }
        }

        if (Interlocked.Exchange(ref journal, null) is { } opened)
        {
            await opened.DisposeAsync();
        }
    }
}
