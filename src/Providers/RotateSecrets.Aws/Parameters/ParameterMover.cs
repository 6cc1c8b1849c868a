using Amazon.SimpleSystemsManagement.Model;
using RotateSecrets.Aws.Store;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Parameters;

/// <summary>
/// Makes versions of parameters current and takes them away: by their labels, or, where readers ask for none and so get the youngest, by writing a value again. No version can be deleted alone: what is
/// revoked goes by no label, and stays in the history until a hundred others have come.
/// </summary>
/// <param name="calls">Calls the service.</param>
/// <param name="time">The clock.</param>
internal sealed class ParameterMover(ParameterCalls calls, TimeProvider time)
{
    /// <summary>Makes a version current.</summary>
    public async Task<Outcome<SecretVersion>> PromoteAsync(SecretAddress address, string version, string? expectedCurrent, CancellationToken cancellation)
    {
        if ((await FindAsync(address, version, SecretStage.Current, cancellation)).Failed(out var failure, out var found))
        {
            return failure;
        }

        var (row, history, now) = found;
        if (now.Stage == SecretStage.Current)
        {
            // An earlier attempt may have ended before it had taken the label of a candidate away.
            return await calls.UnlabelAsync(address, row, [ParameterLabels.Pending], cancellation) is { } unfinished ? unfinished : now;
        }

        var current = ParameterRules.Current(history);
        var isLabelled = ParameterLabels.IsLabelled(history);
        if (isLabelled)
        {
            return Unexpected(address, expectedCurrent, current) is { } other ? other : await RelabelAsync(address, row, current, now, cancellation);
        }

        if ((await calls.ReadAsync(address, row, cancellation)).Failed(out failure, out var old))
        {
            return failure;
        }

        using (old)
        {
            return await BringBackAsync(address, old, current!, history, expectedCurrent, cancellation);
        }
    }

    /// <summary>Takes a version away.</summary>
    public async Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, string version, CancellationToken cancellation)
    {
        if ((await FindAsync(address, version, SecretStage.Revoked, cancellation)).Failed(out var failure, out var found))
        {
            return failure;
        }

        var (row, history, now) = found;
        var undone = now.Stage == SecretStage.Revoked ? null
            : ParameterLabels.IsLabelled(history) ? await calls.UnlabelAsync(address, row, row.Labels ?? [], cancellation)
            : (await calls.LabelAsync(address, row.Version!.Value, cancellation, ParameterLabels.Revoked)).Failure;
        return undone is not null ? undone : now with { Stage = SecretStage.Revoked };
    }

    private async Task<Outcome<SecretVersion>> RelabelAsync(
        SecretAddress address, ParameterHistory row, ParameterHistory? current, SecretVersion now, CancellationToken cancellation)
    {
        // The old one gets its label while it still has the one that readers ask for: at no moment is it called nothing, and taken for revoked.
        var failure = (current is null ? null : (await calls.LabelAsync(address, current.Version!.Value, cancellation, ParameterLabels.Previous)).Failure)
            ?? (await calls.LabelAsync(address, row.Version!.Value, cancellation, ParameterLabels.Current)).Failure
            ?? await calls.UnlabelAsync(address, row, [ParameterLabels.Pending, ParameterLabels.Previous], cancellation);
        return failure is null ? now with { Stage = SecretStage.Current } : failure;
    }

    private async Task<Outcome<SecretVersion>> BringBackAsync(
        SecretAddress address, SecretValue old, ParameterHistory current, IReadOnlyList<ParameterHistory> history, string? expectedCurrent, CancellationToken cancellation)
    {
        if ((await calls.ReadAsync(address, current, cancellation)).Failed(out var failure, out var young))
        {
            return failure;
        }

        using (young)
        {
            if (old.Equals(young))
            {
                return ParameterRules.At(address, current, history, time.GetUtcNow());
            }
        }

        return Unexpected(address, expectedCurrent, current) is { } other ? other : (await calls.PutAsync(address, old, current, cancellation)).Map(
            number => new SecretVersion(address, ParameterRules.Id(number), SecretStage.Current, time.GetUtcNow()) { Fingerprint = old.Fingerprint, Length = old.Length });
    }

    private static Failure? Unexpected(SecretAddress address, string? expected, ParameterHistory? current) =>
        expected is not null && expected != (current is null ? PutRequest.NoVersion : ParameterRules.Id(current.Version)) ? ParameterRules.Other(address, expected, current) : null;

    private async Task<Outcome<(ParameterHistory Row, IReadOnlyList<ParameterHistory> History, SecretVersion Now)>> FindAsync(
        SecretAddress address, string version, SecretStage wanted, CancellationToken cancellation)
    {
        if ((await calls.HistoryAsync(address, cancellation)).Failed(out var failure, out var history))
        {
            return failure;
        }

        if (history.Find(one => ParameterRules.Id(one.Version) == version) is not { } row)
        {
            return SecretReader.NoVersion(address, VersionSelector.OfId(version));
        }

        var now = ParameterRules.At(address, row, history, time.GetUtcNow());
        return now.Stage == wanted || SecretStages.MayFollow(now.Stage, wanted)
            ? (row, history, now)
            : new Failure(FailureCode.StageForbidden, address.ToString(), $"Version {version} of {address} is {now.Stage} and can't become {wanted}.");
    }
}
