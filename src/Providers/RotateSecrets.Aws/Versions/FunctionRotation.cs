using RotateSecrets.Aws.Calls;
using RotateSecrets.Aws.Checks;
using RotateSecrets.Aws.Store;
using RotateSecrets.Aws.Values;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Versions;

/// <summary>Has a secret rotated by the Lambda function that it names, or by the service that owns it, and follows that by the staging labels.</summary>
/// <param name="calls">Calls the service.</param>
/// <param name="reader">Reads it.</param>
/// <param name="time">The clock.</param>
internal sealed class FunctionRotation(SecretsManagerCalls calls, SecretReader reader, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    // A function may run for 15 minutes (Lambda quotas), and is run for each of its four steps; most take seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    public async Task<Outcome<SecretVersion>> RotateAsync(SecretAddress address, string token, CancellationToken cancellation)
    {
        var id = VersionToken.IdOf(token);
        if (!(await reader.FreshViewAsync(address, cancellation)).Succeeded(out var view, out var failure))
        {
            return failure;
        }

        // Who comes after a death finds it ended, or under way.
        if (view.Find(id)?.Stage is not (SecretStage.Current or SecretStage.Previous)
            && (await calls.RotateAsync(address, id, cancellation)).Failed(out failure, out _)
            && Refusal(address, view, id, failure) is { } refused)
        {
            return refused;
        }

        var began = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            if (!(await reader.FreshViewAsync(address, cancellation)).Succeeded(out view, out failure))
            {
                return failure;
            }

            var version = view.Find(id);
            if (version?.Stage == SecretStage.Current)
            {
                return version.At(address, time.GetUtcNow());
            }

            if (time.GetElapsedTime(began) >= Patience || version?.Stage == SecretStage.Previous)
            {
                return Unfinished(address, view, id, version?.Stage);
            }

            await Task.Delay(pause, time, cancellation);
        }
    }

    // Where a version is pending, the service refuses, and runs the function for that one again: which is what is wanted where it is ours.
    private static Failure? Refusal(SecretAddress address, SecretView view, string id, Failure failure) => (failure.Code, view.Pending) switch
    {
        (FailureCode.NotSupported, { } pending) when pending.Id == id => null,
        (FailureCode.NotSupported, { } pending) => new Failure(FailureCode.VersionConflict, address.ToString(), $"{WriteRules.PendingOf(address, pending)}; the function is run for that one until it has ended.")
        {
            Remedy = $"See the function's log. If nobody works on it, withdraw it: Revoke-Secret {address} -Version {pending.Id} -Force",
        },

        // The secret was there a moment ago.
        (FailureCode.SecretNotFound, _) => new Failure(FailureCode.NotSupported, address.ToString(), $"{address.Store}:{address.Path} can't be rotated: its function {view.Description.RotationLambdaARN} isn't there.")
        {
            Remedy = "Give the secret a function, or turn its rotation off and let the plan's strategy be Automatic.",
        },
        _ => failure,
    };

    // It isn't led back by itself: the function may have set the new value in the service that it opens, which then takes the pending one alone.
    private static Failure Unfinished(SecretAddress address, SecretView view, string id, SecretStage? stage) =>
        new(
            FailureCode.RotationUnfinished,
            address.ToString(),
            $"{view.Description.RotationLambdaARN ?? view.Description.OwningService} has not made version {id} of {address.Store}:{address.Path} current within {Patience.TotalMinutes:0} minutes; it is {stage?.ToString() ?? "not there"}.")
        {
            Remedy = "See the function's log, then go on with Resume-SecretRotation, which runs the function again for the same version. "
                + "Undo-SecretRotation takes the label AWSPENDING from it: only where the function hasn't set its value anywhere yet.",
        };
}
