using RotateSecrets.Aws.Calls;
using RotateSecrets.Aws.Versions;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Store;

/// <summary>Takes secrets away, for as long as the recovery window is open, and gives them back.</summary>
/// <param name="calls">Calls the service.</param>
/// <param name="reader">Reads it.</param>
/// <param name="days">For how many days a secret can be had back.</param>
internal sealed class Retirement(SecretsManagerCalls calls, SecretReader reader, int days)
{
    /// <summary>Whether a secret was taken away here, and can be given back to whoever writes it again.</summary>
    public static bool IsRetired(SecretView view) => view.Description.DeletedDate is not null && HolderOf(view) is not null;

    /// <summary>Takes a secret away. Repeating it does nothing.</summary>
    public async Task<Outcome<SecretAddress>> RemoveAsync(SecretAddress address, CancellationToken cancellation)
    {
        if (address.Field is not null)
        {
            return new Failure(FailureCode.NotSupported, address.ToString(), $"{address} is one field of a secret, and can't be removed without the others.")
            {
                Remedy = "Leave out the # and what follows it to remove the whole secret.",
            };
        }

        if (!(await reader.FreshViewAsync(address, cancellation)).Succeeded(out var view, out var failure))
        {
            return failure.Code == FailureCode.SecretNotFound ? address : failure;
        }

        if (view.Description.DeletedDate is not null)
        {
            return address;
        }

        if (view.Current is { } current && HolderOf(view) is var holder && holder?.Id != current.Id
            && (await calls.MoveLabelAsync(address, VersionLabels.Retired, holder?.Id, current.Id, cancellation)).Failed(out failure, out _))
        {
            return failure;
        }

        return (await calls.DeleteAsync(address, days, cancellation)).Failure is { Code: not (FailureCode.SecretNotFound or FailureCode.SecretDeleted) } undone ? undone : address;
    }

    /// <summary>Gives a secret back; null once that is done.</summary>
    public async Task<Failure?> RestoreAsync(SecretAddress address, SecretView view, CancellationToken cancellation)
    {
        var restored = await calls.RestoreAsync(address, cancellation);
        if (calls.Scopes.Of(address) is { } scope)
        {
            scope.View = null;
        }

        return restored.Failure is { } failure ? failure
            : HolderOf(view) is { } holder ? (await calls.MoveLabelAsync(address, VersionLabels.Retired, holder.Id, null, cancellation)).Failure
            : null;
    }

    private static LabelledVersion? HolderOf(SecretView view) => view.Versions.Find(static version => version.Labels.Contains(VersionLabels.Retired));
}
