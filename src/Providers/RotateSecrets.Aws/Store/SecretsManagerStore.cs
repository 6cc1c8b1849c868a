using System.Runtime.CompilerServices;
using Amazon.SecretsManager;
using RotateSecrets.Aws.Audit;
using RotateSecrets.Aws.Calls;
using RotateSecrets.Aws.Checks;
using RotateSecrets.Aws.Connecting;
using RotateSecrets.Aws.Versions;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Store;

/// <summary>AWS Secrets Manager in one region and account.</summary>
internal sealed class SecretsManagerStore : ISecretStore, IScopedStore, ISelfRotatingStore
{
    private readonly SecretsManagerCalls calls;
    private readonly SecretReader reader;
    private readonly LabelMover labels;
    private readonly SecretWriter writer;
    private readonly AccessCheck access;
    private readonly FunctionRotation function;
    private readonly CloudTrail trail;
    private readonly Retirement retirement;
    private readonly TimeProvider time;

    /// <summary>A store.</summary>
    /// <param name="description">What it is.</param>
    /// <param name="place">Where its calls go.</param>
    /// <param name="clientOf">Makes a client of a region; null stands for the store's own.</param>
    /// <param name="trail">The CloudTrail files that tell of its readers.</param>
    /// <param name="settings">How long a removed secret can be had back, and what a new one is tagged with.</param>
    /// <param name="time">The clock.</param>
    public SecretsManagerStore(
        StoreDescription description, CallerPlace place, Func<string?, AmazonSecretsManagerClient> clientOf, CloudTrail trail, AwsSettings settings, TimeProvider time)
    {
        Description = description;
        this.trail = trail;
        this.time = time;
        calls = new SecretsManagerCalls(clientOf(null), description.Name, place, settings.Tags, time);
        reader = new SecretReader(calls, time);
        labels = new LabelMover(calls, reader, new ReplicaWatch(calls, clientOf, time), time);
        retirement = new Retirement(calls, reader, settings.RecoveryDays);
        writer = new SecretWriter(calls, reader, labels, retirement, time);
        function = new FunctionRotation(calls, reader, time);
        access = new AccessCheck(calls, reader, description.Name, time);
    }

    /// <inheritdoc/>
    public StoreDescription Description { get; }

    /// <inheritdoc/>
    public IStoreScope Enter(SecretAddress address) => calls.Scopes.Enter(address, isUrgent: false);

    /// <inheritdoc/>
    public IStoreScope EnterUrgently(SecretAddress address) => calls.Scopes.Enter(address, isUrgent: true);

    /// <inheritdoc/>
    public Task<Outcome<StoreAccessReport>> CheckAccessAsync(SecretAddress? address, StoreAccess wanted, CancellationToken cancellation) =>
        address is null ? access.CheckStoreAsync(wanted, cancellation) : access.CheckAsync(address, wanted, cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<SecretVersion>> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var listed in calls.ListAsync(prefix, most: null, cancellation))
        {
            if (!listed.Succeeded(out var entry, out var failure))
            {
                yield return failure;
                yield break;
            }

            if (entry.Name is not { } path || !path.StartsWith(prefix, StringComparison.Ordinal) || !SecretAddress.TryCreate(Description.Name, path).Succeeded(out var address, out _))
            {
                continue;
            }

            // The list has labels and no versions' dates: the secret's own last change is the nearest that it tells.
            var versions = (entry.SecretVersionsToStages ?? []).Select(static pair => new LabelledVersion(pair.Key, [.. pair.Value], default)).ToList();
            if ((versions.Find(static one => one.Stage == SecretStage.Current) ?? versions.FirstOrDefault()) is { } version)
            {
                yield return (version with { CreatedAt = SecretView.Moment(entry.LastChangedDate ?? entry.CreatedDate) }).At(address, time.GetUtcNow());
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<SecretVersion>> ListVersionsAsync(SecretAddress address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!(await reader.ViewAsync(address, cancellation)).Succeeded(out var view, out var failure))
        {
            yield return failure;
            yield break;
        }

        if (view.Description.DeletedDate is { } deleted)
        {
            yield return Retirement.IsRetired(view) ? SecretReader.NoSecret(address) : AwsFailure.Deleted(address.ToString(), SecretView.Moment(deleted));
            yield break;
        }

        // A rotation has seen that before it began, and goes back also where somebody has changed it since.
        if (calls.Scopes.Of(address) is null && await reader.FieldFlawAsync(address, view, cancellation) is { } flaw)
        {
            yield return flaw;
            yield break;
        }

        var now = time.GetUtcNow();
        foreach (var version in view.YoungestFirst)
        {
            yield return version.At(address, now);
        }
    }

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> ReadAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation)
    {
        if (!(await reader.ReadAsync(address, version, cancellation)).Succeeded(out var read, out var failure))
        {
            return failure;
        }

        using (read.Content)
        {
            return read.Content.At(address).Map(value =>
                read.Version.At(address, time.GetUtcNow()) with { Value = value, Fingerprint = value.Fingerprint, Length = value.Length });
        }
    }

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> PutAsync(PutRequest request, CancellationToken cancellation) =>
        (await writer.PutAsync(request, cancellation)).Map(version =>
            version with { Token = request.Token, Fingerprint = request.Value.Fingerprint, Length = request.Value.Length });

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> PromoteAsync(SecretAddress address, string version, string? expectedCurrent, CancellationToken cancellation) =>
        labels.PromoteAsync(address, version, expectedCurrent, cancellation);

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, string version, CancellationToken cancellation) =>
        labels.RevokeAsync(address, version, cancellation);

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> RotateAsync(SecretAddress address, string token, string? expectedCurrent, CancellationToken cancellation) =>
        function.RotateAsync(address, token, cancellation);

    /// <inheritdoc/>
    public Task<Outcome<SecretAddress>> RemoveAsync(SecretAddress address, CancellationToken cancellation) => retirement.RemoveAsync(address, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<StoreAuditEvent>> ReadAuditAsync(AuditQuery query, CancellationToken cancellation) => trail.ReadAsync(query, cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        calls.Dispose();
        return ValueTask.CompletedTask;
    }
}
