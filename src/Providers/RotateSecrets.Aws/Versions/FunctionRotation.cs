using RotateSecrets.Aws.Calls;
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
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

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
            && (await calls.RotateAsync(address, id, cancellation)).Failed(out failure, out _))
        {
            return failure;
        }

        var began = time.GetTimestamp();
        while (true)
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
                return new Failure(
                    FailureCode.DeadlineExceeded,
                    address.ToString(),
                    $"{view.Description.RotationLambdaARN ?? view.Description.OwningService} has not made version {id} of {address.Store}:{address.Path} current; it is {version?.Stage.ToString() ?? "not there"}.")
                {
                    Effect = Effect.Unknown,
                    Remedy = "See the function's log, then go on with Resume-SecretRotation: the function is then run again for the same version.",
                };
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }
}
