using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Amazon.SimpleSystemsManagement.Model;
using RotateSecrets.Aws.Store;
using RotateSecrets.Aws.Versions;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Parameters;

/// <summary>
/// Systems Manager Parameter Store. Whoever reads a parameter without a label gets its youngest version, so a candidate can only wait where readers ask for the label
/// <c>Current</c>. It can't be written on a condition: a write that found another version than it expected says so afterwards.
/// </summary>
/// <param name="description">What it is.</param>
/// <param name="calls">Calls it.</param>
/// <param name="time">The clock.</param>
internal sealed class ParameterStore(StoreDescription description, ParameterCalls calls, TimeProvider time) : ISecretStore, IScopedStore, IUnevenStore
{
    // Parameters whose readers get the youngest version.
    private readonly ConcurrentDictionary<string, bool> unlabelled = new(StringComparer.Ordinal);
    private readonly ParameterWriter writer = new(calls, time);
    private readonly ParameterMover mover = new(calls, time);

    /// <inheritdoc/>
    public StoreDescription Description => description;

    /// <inheritdoc/>
    public StoreCapabilities CapabilitiesAt(SecretAddress address) =>
        unlabelled.ContainsKey(address.Path) ? description.Capabilities & ~StoreCapabilities.Staged : description.Capabilities;

    /// <inheritdoc/>
    public IStoreScope Enter(SecretAddress address) => calls.Scopes.Enter(address, isUrgent: false);

    /// <inheritdoc/>
    public Task LookAsync(SecretAddress address, CancellationToken cancellation) => HistoryAsync(address, cancellation);

    /// <inheritdoc/>
    public async Task<Outcome<StoreAccessReport>> CheckAccessAsync(SecretAddress? address, StoreAccess wanted, CancellationToken cancellation)
    {
        var findings = new List<string>();
        var failure = address is null ? (await calls.ListAsync(string.Empty, most: 1, cancellation)).Failure : null;
        if (address is not null && (await HistoryAsync(address, cancellation)).Succeeded(out var history, out failure))
        {
            if (ParameterRules.Full(address, history) is { } full)
            {
                return full;
            }

            if (!ParameterLabels.IsLabelled(history))
            {
                findings.Add($"No version of it is labelled {ParameterLabels.Current}, so its readers get the youngest: a candidate can't wait there. To have one wait, let them read {address.Path}:{ParameterLabels.Current}, and give the version that they use that label.");
            }
        }

        return failure switch
        {
            null => new StoreAccessReport(description.Name, address, wanted, StoreAccess.None, findings),
            { Code: FailureCode.SecretNotFound } => new StoreAccessReport(description.Name, address, wanted, StoreAccess.None, [failure.Message]),
            { Code: FailureCode.AccessDenied } => new StoreAccessReport(description.Name, address, wanted, wanted, [failure.Message]),
            _ => failure,
        };
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<SecretVersion>> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!(await calls.ListAsync(prefix, most: null, cancellation)).Succeeded(out var parameters, out var failure))
        {
            yield return failure;
            yield break;
        }

        foreach (var parameter in parameters)
        {
            if (SecretAddress.TryCreate(description.Name, parameter.Name).Succeeded(out var address, out _))
            {
                yield return new SecretVersion(address, ParameterRules.Id(parameter.Version), SecretStage.Current, SecretView.Moment(parameter.LastModifiedDate));
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<SecretVersion>> ListVersionsAsync(SecretAddress address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!(await HistoryAsync(address, cancellation)).Succeeded(out var history, out var failure))
        {
            yield return failure;
            yield break;
        }

        foreach (var version in history.OrderByDescending(static version => version.Version))
        {
            yield return ParameterRules.At(address, version, history, time.GetUtcNow());
        }
    }

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> ReadAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation)
    {
        if (!(await HistoryAsync(address, cancellation)).Succeeded(out var history, out var failure))
        {
            return failure;
        }

        var row = history.OrderByDescending(static one => one.Version).FirstOrDefault(one => version.Id is { } id ? ParameterRules.Id(one.Version) == id : ParameterLabels.StageOf(one, history) == version.Stage);
        if (row is null || ParameterLabels.StageOf(row, history) == SecretStage.Revoked)
        {
            return SecretReader.NoVersion(address, version);
        }

        var found = ParameterRules.At(address, row, history, time.GetUtcNow());
        return (await calls.ReadAsync(address, row, cancellation)).Map(value => found with { Value = value, Fingerprint = value.Fingerprint, Length = value.Length });
    }

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> PutAsync(PutRequest request, CancellationToken cancellation) => writer.PutAsync(request, cancellation);

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> PromoteAsync(SecretAddress address, string version, string? expectedCurrent, CancellationToken cancellation) =>
        mover.PromoteAsync(address, version, expectedCurrent, cancellation);

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, string version, CancellationToken cancellation) =>
        mover.RevokeAsync(address, version, cancellation);

    /// <inheritdoc/>
    public async Task<Outcome<SecretAddress>> RemoveAsync(SecretAddress address, CancellationToken cancellation)
    {
        if (ParameterRules.FieldFlaw(address) is { } flaw)
        {
            return flaw;
        }

        var removed = await calls.DeleteAsync(address, cancellation);
        return removed.Failure is { Code: not FailureCode.SecretNotFound } failure ? failure : address;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<StoreAuditEvent>> ReadAuditAsync(AuditQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        yield return new Failure(FailureCode.NotSupported, description.Name, $"{description.Name} is Parameter Store, which tells nothing of who reads.");
    }

    private async Task<Outcome<List<ParameterHistory>>> HistoryAsync(SecretAddress address, CancellationToken cancellation)
    {
        var read = await calls.HistoryAsync(address, cancellation);
        if (read.Succeeded(out var history, out _) && !ParameterLabels.IsLabelled(history))
        {
            unlabelled[address.Path] = true;
        }
        else
        {
            unlabelled.TryRemove(address.Path, out _);
        }

        return read;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        calls.Dispose();
        return ValueTask.CompletedTask;
    }
}
