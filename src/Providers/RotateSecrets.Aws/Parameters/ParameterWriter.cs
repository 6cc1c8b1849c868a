using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using RotateSecrets.Aws.Values;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Parameters;

/// <summary>Writes versions of parameters.</summary>
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

        // Writing and labelling are two requests: what stands there with neither label nor owner may be the first half of this very write.
        if ((await OrphanAsync(request, history, cancellation)).Failed(out var unread, out var orphan))
        {
            return unread;
        }

        if (orphan.Version is { } half)
        {
            var rest = history.FindAll(version => version != half);
            return ParameterRules.Conflict(request, rest) is { } taken ? taken
                : await LabelAsync(request, half.Version!.Value, token, rest, cancellation) is { } unfinished ? unfinished
                : new SecretVersion(address, ParameterRules.Id(half.Version), request.Stage, time.GetUtcNow()) { Token = request.Token, Fingerprint = request.Value.Fingerprint, Length = request.Value.Length };
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

    private async Task<Failure?> LabelAsync(
        PutRequest request, long number, string token, IReadOnlyList<ParameterHistory> history, CancellationToken cancellation)
    {
        // A parameter that nobody reads yet is read by label from the start; one that is read without stays so.
        var isLabelled = history.Count == 0 || ParameterLabels.IsLabelled(history);
        string[] stage = request.Stage == SecretStage.Pending ? [ParameterLabels.Pending] : isLabelled ? [ParameterLabels.Current] : [];
        var failure = request.Stage == SecretStage.Current && isLabelled && ParameterRules.Current(history) is { } replaced
            ? (await calls.LabelAsync(request.Address, replaced.Version!.Value, cancellation, ParameterLabels.Previous)).Failure
            : null;
        failure ??= (await calls.LabelAsync(request.Address, number, cancellation, [ParameterLabels.OfToken(token), .. stage])).Failure;

        // A version that has nothing but its token left would be kept for good, and fill the history.
        foreach (var old in history.Where(version => version.Labels is { Count: > 0 } && ParameterLabels.StageOf(version, history) is SecretStage.Previous or SecretStage.Revoked
            && request.Stage == SecretStage.Current))
        {
            failure ??= await calls.UnlabelAsync(request.Address, old, old.Labels, cancellation);
        }

        return failure is null ? null : failure with { Effect = Effect.Unknown };
    }

    private async Task<Outcome<(ParameterHistory? Version, bool IsThere)>> OrphanAsync(PutRequest request, List<ParameterHistory> history, CancellationToken cancellation)
    {
        // Where readers get the youngest version, only that which the request expects to replace can have been there before it.
        if (history.MaxBy(static version => version.Version) is not { } youngest || youngest.Labels is { Count: > 0 }
            || request.ExpectedVersion is null || request.ExpectedVersion == ParameterRules.Id(youngest.Version))
        {
            return (null, false);
        }

        if ((await calls.GetAsync(request.Address, youngest.Version!.Value, cancellation)).Failed(out var failure, out var parameter))
        {
            return failure;
        }

        using var stored = SecretValue.FromText(parameter.Value);
        return request.Value.Equals(stored) ? (youngest, true) : ((ParameterHistory?)null, false);
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
}
