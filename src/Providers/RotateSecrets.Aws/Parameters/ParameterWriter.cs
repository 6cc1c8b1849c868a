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

        var seen = await calls.HistoryAsync(address, cancellation);
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

        var youngest = history.MaxBy(static version => version.Version);
        if (ParameterRules.TooLong(request, youngest) is { } tooLong)
        {
            return tooLong;
        }

        // Writing and labelling are two requests: what stands there with neither label nor owner may be the first half of this very write.
        if (youngest is not null && MayBeHalfDone(request, youngest))
        {
            if ((await IsOfAsync(request, youngest, cancellation)).Failed(out var unread, out var isHalfDone))
            {
                return unread;
            }

            if (isHalfDone)
            {
                var rest = history.FindAll(version => version != youngest);
                return ParameterRules.Conflict(request, rest) is { } taken ? taken
                    : await LabelAsync(request, youngest.Version!.Value, token, rest, cancellation) is { } unfinished ? unfinished
                    : Written(request, youngest.Version);
            }
        }

        if (ParameterRules.Conflict(request, history) is { } conflict)
        {
            return conflict;
        }

        var next = (youngest?.Version ?? 0) + 1;
        if (!(await calls.PutAsync(address, request.Value, youngest, cancellation)).Succeeded(out var number, out var unwritten))
        {
            return unwritten;
        }

        if (await LabelAsync(request, number, token, history, cancellation) is { } unlabelled)
        {
            return unlabelled;
        }

        return number == next
            ? Written(request, number)
            : new Failure(FailureCode.VersionConflict, address.ToString(), $"Somebody else wrote {address} at the same time: version {number} was written where {next} was expected.");
    }

    private SecretVersion Written(PutRequest request, long? number) =>
        new(request.Address, ParameterRules.Id(number), request.Stage, time.GetUtcNow()) { Token = request.Token, Fingerprint = request.Value.Fingerprint, Length = request.Value.Length };

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

    // Where readers get the youngest version, only that which the request expects to replace can have been there before it.
    private static bool MayBeHalfDone(PutRequest request, ParameterHistory youngest) =>
        youngest.Labels is not { Count: > 0 } && request.ExpectedVersion is { } expected && expected != ParameterRules.Id(youngest.Version);

    private async Task<Outcome<bool>> IsOfAsync(PutRequest request, ParameterHistory version, CancellationToken cancellation) =>
        (await calls.ReadAsync(request.Address, version, cancellation)).Map(stored =>
        {
            using (stored)
            {
                return request.Value.Equals(stored);
            }
        });

    private async Task<Outcome<SecretVersion>> RepeatAsync(
        PutRequest request, ParameterHistory earlier, IReadOnlyList<ParameterHistory> history, CancellationToken cancellation) =>
        (await IsOfAsync(request, earlier, cancellation)).Failed(out var failure, out var isSame) ? failure
            : isSame ? ParameterRules.At(request.Address, earlier, history, time.GetUtcNow()) with { Token = request.Token }
            : new Failure(
                FailureCode.TokenReused, request.Address.ToString(), $"Version {earlier.Version} of {request.Address} was written with this token and another value.");
}
