using System.Runtime.CompilerServices;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Vault.Agents;

/// <summary>
/// Agents of Vault on this machine, by their configuration files. An agent takes a new value by itself, after its interval; whether it has is told by the files that it writes.
/// </summary>
/// <param name="store">The name of the store that they read from.</param>
/// <param name="paths">The files or folders.</param>
/// <param name="values">The values that should be in what they write.</param>
internal sealed class AgentConsumers(string store, IReadOnlyList<string> paths, KnownValues values) : IConsumerSource, IConsumerControl
{
    /// <summary>What such a consumer is called.</summary>
    public const string Kind = "VaultAgent";

    private const string FileKind = "AgentTemplate";
    private const string VariableKind = "EnvironmentVariable";

    /// <inheritdoc/>
    public string Name => $"agents of {store}: {string.Join(", ", paths)}";

    /// <inheritdoc/>
    public bool Controls(Consumer consumer) => consumer.Kind == Kind;

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<Consumer>> FindAsync(SecretAddress? address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        foreach (var path in address is null || address.Store == store ? paths : [])
        {
            if (AgentConfig.Read(path).Failed(out var failure, out var config))
            {
                yield return failure;
                continue;
            }

            foreach (var found in address is null ? Addresses(config) : [address])
            {
                if (Consumer(config, found) is { } consumer)
                {
                    yield return consumer;
                }
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<InstanceEvent>> RestartAsync(Consumer consumer, RestartRequest request, StopRequest stop)
    {
        await Task.CompletedTask;
        for (var i = 0; i < consumer.References.Count; i++)
        {
            yield return new InstanceEvent(consumer.References[i].Location, i + 1, consumer.References.Count, InstancePhase.Unchanged, request.Time.GetUtcNow());
        }
    }

    /// <inheritdoc/>
    public async Task<Outcome<Convergence>> ProveAsync(Consumer consumer, SecretVersion version, CancellationToken cancellation)
    {
        var instances = new List<InstanceState>();
        foreach (var reference in consumer.References)
        {
            if (reference.Kind == VariableKind)
            {
                instances.Add(new InstanceState(reference.Location, Holding.Unknown, null, "the environment of a process that an agent runs can't be looked into"));
            }
            else if (File.Exists(reference.Location))
            {
                var rendered = new RenderedFile(reference.Location);
                instances.Add(rendered.Read() is { } unread ? unread : await StateAsync(rendered, version, cancellation));
            }
        }

        return new Convergence(consumer, version.Id, instances);
    }

    private async Task<InstanceState> StateAsync(RenderedFile file, SecretVersion version, CancellationToken cancellation)
    {
        using (file)
        {
            var wanted = await values.FindAsync(version, cancellation);
            if (wanted is not null && file.Holds(wanted))
            {
                return file.State(Holding.Holds, $"it holds the value of version {version.Id}");
            }

            // A value that is gone can't be looked for; that the current one is there says as much.
            return await values.CurrentAsync(version.Address, cancellation) is var (id, current) && id != version.Id && file.Holds(current)
                ? file.State(Holding.Lacks, $"it holds the value of version {id}")
                : wanted is not null
                    ? file.State(Holding.Lacks, $"it doesn't hold the value of version {version.Id}, or the template writes it in a way of its own")
                    : file.State(Holding.Unknown, $"the value of version {version.Id} can't be read any more to be looked for");
        }
    }

    private static Consumer? Consumer(AgentConfig config, SecretAddress address)
    {
        var references = config.Outputs
            .Where(output => output.Reads.Any(read => read.Reads(address)))
            .Select(output => new ConsumerReference(
                output.Variable is null ? FileKind : VariableKind,
                output.Variable ?? output.Destination ?? config.Path,
                output.Reads.Any(read => read.Reads(address) && read.Version is not null) ? Uptake.Restart : Uptake.Wait)
            {
                Within = config.Interval,
            })
            .DistinctBy(static reference => (reference.Kind, reference.Location))
            .ToList();
        return references.Count == 0 ? null : new Consumer(Kind, Path.GetFileName(config.Path.TrimEnd('/')), Path.GetDirectoryName(Path.GetFullPath(config.Path)) ?? "/", address, references);
    }

    // The secret that a path stands for: without the "data" of version 2's interface.
    private IEnumerable<SecretAddress> Addresses(AgentConfig config) => config.Outputs
        .SelectMany(static output => output.Reads)
        .Where(static read => !read.IsOpenEnded)
        .SelectMany(read => read.Fields.DefaultIfEmpty(null).Select(field => (Path: read.Path.Replace("/data/", "/", StringComparison.Ordinal), Field: field)))
        .Distinct()
        .Select(found => SecretAddress.TryCreate(store, found.Path, found.Field).Succeeded(out var address, out _) ? address : null)
        .OfType<SecretAddress>();
}
