using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using RotateSecrets.Aws.Store;
using RotateSecrets.Aws.Values;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Parameters;

/// <summary>Writes versions of parameters and moves their labels.</summary>
/// <param name="calls">Calls the service.</param>
/// <param name="time">The clock.</param>
internal sealed class ParameterWriter(ParameterCalls calls, TimeProvider time)
{
    public async Task<Outcome<SecretVersion>> PutAsync(PutRequest request, CancellationToken cancellation)
    {
        var address = request.Address;
        if (ParameterRules.Flaw(request) is { } flaw)
        {
            return flaw;
        }

        var seen = await calls.HistoryAsync(address, withValues: false, cancellation);
        if (seen.Failure is { Code: not FailureCode.SecretNotFound } failure)
        {
            return failure;
        }

        var history = seen.Succeeded(out var versions, out _) ? versions : [];
        var token = VersionToken.IdOf(request.Token);
        if (history.Find(version => ParameterLabels.TokenOf(version) == token) is { } earlier)
        {
            return await RepeatAsync(request, earlier, history, cancellation);
        }

        if (ParameterRules.Conflict(request, history) is { } conflict)
        {
            return conflict;
        }

        var last = history.Count == 0 ? 0 : history.Max(static version => version.Version ?? 0);
        var type = history.Count == 0 ? ParameterType.SecureString : history[^1].Type;
        if (!(await calls.PutAsync(address, request.Value, type, overwrite: history.Count > 0, cancellation)).Succeeded(out var number, out var unwritten))
        {
            return unwritten;
        }

        if (await LabelAsync(request, number, token, history, cancellation) is { } unlabelled)
        {
            return unlabelled;
        }

        return number == last + 1
            ? new SecretVersion(address, ParameterRules.Id(number), request.Stage, time.GetUtcNow()) { Token = request.Token, Fingerprint = request.Value.Fingerprint, Length = request.Value.Length }
            : new Failure(FailureCode.VersionConflict, address.ToString(), $"Somebody else wrote {address} at the same time: version {number} was written where {last + 1} was expected.");
    }

    public Task<Outcome<SecretVersion>> PromoteAsync(SecretAddress address, string version, string? expectedCurrent, CancellationToken cancellation) =>
        ChangeAsync(
            address,
            version,
            SecretStage.Current,
            async (row, history) =>
            {
                var current = ParameterRules.Current(history);
                if (expectedCurrent is not null && expectedCurrent != (current is null ? PutRequest.NoVersion : ParameterRules.Id(current.Version)))
                {
                    return ParameterRules.Other(address, expectedCurrent, current);
                }

                // The label that readers ask for first; what the others are called can wait.
                return (await calls.LabelAsync(address, row.Version!.Value, cancellation, ParameterLabels.Current)).Failure
                    ?? (current is null ? null : (await calls.LabelAsync(address, current.Version!.Value, cancellation, ParameterLabels.Previous)).Failure)
                    ?? await UnlabelAsync(address, row, [ParameterLabels.Pending], cancellation);
            },
            cancellation);

    public Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, string version, CancellationToken cancellation) => ChangeAsync(
        address, version, SecretStage.Revoked, (row, _) => UnlabelAsync(address, row, row.Labels ?? [], cancellation), cancellation);

    private async Task<Failure?> LabelAsync(
        PutRequest request, long number, string token, IReadOnlyList<ParameterHistory> history, CancellationToken cancellation)
    {
        // A parameter that nobody reads yet is read by label from the start; one that is read without stays so.
        var isLabelled = history.Count == 0 || ParameterLabels.IsLabelled(history);
        string[] stage = request.Stage == SecretStage.Pending ? [ParameterLabels.Pending] : isLabelled ? [ParameterLabels.Current] : [];
        var failure = (await calls.LabelAsync(request.Address, number, cancellation, [ParameterLabels.OfToken(token), .. stage])).Failure;
        if (failure is null && request.Stage == SecretStage.Current && isLabelled && ParameterRules.Current(history) is { } replaced)
        {
            failure = (await calls.LabelAsync(request.Address, replaced.Version!.Value, cancellation, ParameterLabels.Previous)).Failure;
        }

        // A version that has nothing but its token left would be kept for good, and fill the history.
        foreach (var old in history.Where(version => version.Labels is { Count: > 0 } && ParameterLabels.StageOf(version, history) is SecretStage.Previous or SecretStage.Revoked
            && request.Stage == SecretStage.Current))
        {
            failure ??= await UnlabelAsync(request.Address, old, old.Labels, cancellation);
        }

        return failure is null ? null : failure with { Effect = Effect.Unknown };
    }

    private async Task<Failure?> UnlabelAsync(SecretAddress address, ParameterHistory version, IEnumerable<string> labels, CancellationToken cancellation)
    {
        var there = labels.Where(label => ParameterLabels.Has(version, label)).ToList();
        return there.Count == 0 ? null : (await calls.UnlabelAsync(address, version.Version!.Value, there, cancellation)).Failure;
    }

    private async Task<Outcome<SecretVersion>> RepeatAsync(
        PutRequest request, ParameterHistory earlier, IReadOnlyList<ParameterHistory> history, CancellationToken cancellation)
    {
        if (!(await calls.GetAsync(request.Address, earlier.Version!.Value, cancellation)).Succeeded(out var parameter, out var failure))
        {
            return failure;
        }

        using var stored = SecretValue.FromText(parameter.Value);
        return request.Value.Equals(stored)
            ? ParameterRules.At(request.Address, earlier, history, time.GetUtcNow()) with { Token = request.Token }
            : new Failure(
                FailureCode.TokenReused, request.Address.ToString(), $"Version {earlier.Version} of {request.Address} was written with this token and another value.");
    }

    private async Task<Outcome<SecretVersion>> ChangeAsync(
        SecretAddress address, string version, SecretStage stage, Func<ParameterHistory, List<ParameterHistory>, Task<Failure?>> change, CancellationToken cancellation)
    {
        if (!(await calls.HistoryAsync(address, withValues: false, cancellation)).Succeeded(out var history, out var failure))
        {
            return failure;
        }

        if (history.Find(one => ParameterRules.Id(one.Version) == version) is not { } row)
        {
            return SecretReader.NoVersion(address, VersionSelector.OfId(version));
        }

        var now = ParameterRules.At(address, row, history, time.GetUtcNow());
        if (now.Stage == stage)
        {
            return now;
        }

        if (!SecretStages.MayFollow(now.Stage, stage))
        {
            return new Failure(FailureCode.StageForbidden, address.ToString(), $"Version {version} of {address} is {now.Stage} and can't become {stage}.");
        }

        if (!ParameterLabels.IsLabelled(history))
        {
            return new Failure(FailureCode.NotSupported, address.ToString(), $"The readers of {address} get its youngest version: no other can be made {stage}.")
            {
                Remedy = "Write the value that they are to have as a new version.",
            };
        }

        return await change(row, history) is { } undone ? undone : now with { Stage = stage };
    }
}
