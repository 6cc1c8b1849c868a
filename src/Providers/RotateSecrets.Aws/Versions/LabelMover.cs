using RotateSecrets.Aws.Calls;
using RotateSecrets.Aws.Checks;
using RotateSecrets.Aws.Store;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Versions;

/// <summary>Moves staging labels. Each move names the version that the label is taken from, so that the service refuses it where somebody else was faster.</summary>
/// <param name="calls">Calls the service.</param>
/// <param name="reader">Reads it.</param>
/// <param name="replicas">Knows whether other regions have caught up.</param>
/// <param name="time">The clock.</param>
internal sealed class LabelMover(SecretsManagerCalls calls, SecretReader reader, ReplicaWatch replicas, TimeProvider time)
{
    public async Task<Outcome<SecretVersion>> PromoteAsync(SecretAddress address, string version, string? expected, CancellationToken cancellation)
    {
        if (!Found(address, version, await reader.ViewWithAsync(address, version, cancellation)).Succeeded(out var found, out var failure))
        {
            return failure;
        }

        var (view, row) = found;
        if (row.Stage == SecretStage.Current)
        {
            return row.At(address, time.GetUtcNow());
        }

        if (!SecretStages.MayFollow(row.Stage, SecretStage.Current))
        {
            return new Failure(FailureCode.StageForbidden, address.ToString(), $"Version {row.Id} of {address} is {row.Stage} and can't become current.");
        }

        var current = view.Current;
        if (expected is not null && expected != (current?.Id ?? PutRequest.NoVersion))
        {
            return WriteRules.Other(address, expected, current);
        }

        return await TakeOverAsync(address, row, current?.Id, cancellation);
    }

    /// <summary>Makes a version current in place of another, which must be current until then.</summary>
    public async Task<Outcome<SecretVersion>> TakeOverAsync(SecretAddress address, LabelledVersion version, string? from, CancellationToken cancellation)
    {
        var moved = await MoveAsync(address, VersionLabels.Current, from, version.Id, cancellation);
        if (moved.Succeeded(out _, out var failure))
        {
            return (version with { Labels = version.Labels.Add(VersionLabels.Current) }).At(address, time.GetUtcNow());
        }

        // An earlier attempt may have taken effect, or another operator was faster.
        if (failure.Code != FailureCode.ValueInvalid || !(await reader.FreshViewAsync(address, cancellation)).Succeeded(out var view, out _))
        {
            return failure;
        }

        return view.Current?.Id == version.Id ? view.Current.At(address, time.GetUtcNow()) : WriteRules.Other(address, from ?? PutRequest.NoVersion, view.Current);
    }

    /// <summary>Takes all labels from a version: clients then don't find it, and the service deletes it in its own time.</summary>
    public async Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, string version, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (!Found(address, version, await reader.ViewAsync(address, cancellation)).Succeeded(out var found, out var failure))
            {
                return failure;
            }

            var (view, row) = found;
            if (row.Stage == SecretStage.Revoked)
            {
                calls.Scopes.Of(address)?.Forget(version);
                return row.At(address, time.GetUtcNow());
            }

            if (!SecretStages.MayFollow(row.Stage, SecretStage.Revoked))
            {
                return new Failure(FailureCode.StageForbidden, address.ToString(), $"Version {row.Id} of {address} is {row.Stage} and can't be revoked.")
                {
                    Remedy = "Promote its successor first with Move-StoreSecret -Stage Current.",
                };
            }

            if (view.Current is { } current && row.Labels.Contains(VersionLabels.Previous)
                && await replicas.LagAsync(address, view.Description, current.Id, cancellation) is { } lag)
            {
                return lag;
            }

            var removed = await RemoveLabelsAsync(address, row, cancellation);
            if (removed is null)
            {
                calls.Scopes.Of(address)?.Forget(version);
                return (row with { Labels = [] }).At(address, time.GetUtcNow());
            }

            // A label that isn't there any more was taken by an earlier attempt, or by somebody else: look again, once.
            if (removed.Code != FailureCode.ValueInvalid || attempt > 1)
            {
                return removed;
            }
        }
    }

    private async Task<Failure?> RemoveLabelsAsync(SecretAddress address, LabelledVersion row, CancellationToken cancellation)
    {
        foreach (var label in row.Labels.Order(StringComparer.Ordinal))
        {
            if ((await MoveAsync(address, label, row.Id, null, cancellation)).Failed(out var failure, out _))
            {
                return failure;
            }
        }

        return null;
    }

    private async Task<Outcome<bool>> MoveAsync(SecretAddress address, string label, string? from, string? to, CancellationToken cancellation)
    {
        var moved = await calls.MoveLabelAsync(address, label, from, to, cancellation);
        if (moved.Failure is null)
        {
            calls.Scopes.Of(address)?.Change(view => view.WithMoved(label, from, to));
            calls.Recent.Note(address, view =>
                (to is null || view.Find(to)?.Labels.Contains(label) == true) && (from is null || view.Find(from)?.Labels.Contains(label) != true));
        }

        return moved.Map(static _ => true);
    }

    private static Outcome<(SecretView View, LabelledVersion Version)> Found(SecretAddress address, string version, Outcome<SecretView> seen)
    {
        if (!seen.Succeeded(out var view, out var failure))
        {
            return failure;
        }

        if (view.Description.DeletedDate is { } deleted)
        {
            return AwsFailure.Deleted(address.ToString(), SecretView.Moment(deleted));
        }

        return view.Find(version) is { } row ? (view, row) : SecretReader.NoVersion(address, VersionSelector.OfId(version));
    }
}
