using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Strategies;

namespace RotateSecrets.Rotation.Steps;

/// <summary>Destroys the old value. What can't be destroyed now is owed: the rotation goes on, and can't end as if nothing were.</summary>
internal sealed class RevokeStep : IRotationStep
{
    public StepKind Kind => StepKind.Revoke;

    public string Purpose => "Destroy the old value";

    public async Task<Outcome<StepReport>> DoAsync(RotationRun run, CancellationToken cancellation)
    {
        if (run.Previous() is { } previous && !await run.Options.ApproveRevocation(previous))
        {
            return new Failure(FailureCode.Stopped, previous.Address.ToString(), $"{previous} was not to be revoked; it still works.")
            {
                Remedy = "Go on with Resume-SecretRotation, or go back with Undo-SecretRotation.",
            };
        }

        // From this entry on there is no way back. It doesn't get into the journal of whoever was overtaken.
        var noted = await run.NoteAsync(run.Event(RotationEventKind.Noted, "The old value is being destroyed.") with
        {
            Facts = new Dictionary<string, string>(StringComparer.Ordinal) { [Fact.Revoking] = bool.TrueString },
        });
        return noted.Failure is { } unnoted ? unnoted : await run.Strategy.RevokeAsync(run, cancellation);
    }
}
