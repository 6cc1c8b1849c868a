using System.Management.Automation;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Rendering;

/// <summary>The one table from failures to error records: the code's name is the error id.</summary>
internal static class FailureRecord
{
    public static ErrorRecord Of(Failure failure)
    {
        var (category, advice) = Row(failure.Code);
        return new ErrorRecord(new RotationException(failure), failure.Code.ToString(), category, failure.Target)
        {
            // The engine's own view shows message and recommended action one below the other.
            ErrorDetails = new ErrorDetails(failure.Message) { RecommendedAction = failure.Remedy ?? advice },
        };
    }

    public static (ErrorCategory Category, string Advice) Row(FailureCode code) => code switch
    {
        FailureCode.Unexpected => (ErrorCategory.NotSpecified, "Run it again with -Verbose, and report what it says."),
        FailureCode.AddressMalformed => (ErrorCategory.InvalidArgument, "Write store:path#field."),
        FailureCode.StoreNotConnected => (ErrorCategory.ConnectionError, "Connect the store with Connect-SecretStore."),
        FailureCode.ProviderNotFound => (ErrorCategory.NotInstalled, "Put the provider's assembly into the module's Providers folder."),
        FailureCode.StoreUnavailable => (ErrorCategory.ResourceUnavailable, "See that the store runs and can be reached, then try again."),
        FailureCode.StoreBusy => (ErrorCategory.ResourceBusy, "Try again once the other process has finished."),
        FailureCode.StoreCorrupt => (ErrorCategory.InvalidData, "Restore the store from a backup; nothing was written to it."),
        FailureCode.StoreTooNew => (ErrorCategory.InvalidData, "Update the module."),
        FailureCode.KeyMissing => (ErrorCategory.AuthenticationError, "Name the key file or the passphrase that the store was made with."),
        FailureCode.KeyWrong => (ErrorCategory.AuthenticationError, "Name the key file or the passphrase that the store was made with."),
        FailureCode.DiskFull => (ErrorCategory.ResourceUnavailable, "Make room, then try again; nothing was lost."),
        FailureCode.AccessDenied => (ErrorCategory.PermissionDenied, "Ask for the permission that the message names."),
        FailureCode.NotSupported => (ErrorCategory.NotImplemented, "See Get-SecretStore for what the store can do."),
        FailureCode.SecretNotFound => (ErrorCategory.ObjectNotFound, "See Get-StoreSecret for what there is."),
        FailureCode.VersionNotFound => (ErrorCategory.ObjectNotFound, "See Get-StoreSecret for the versions there are."),
        FailureCode.VersionConflict => (ErrorCategory.ResourceExists, "Look at what the other operator wrote before you write again."),
        FailureCode.TokenReused => (ErrorCategory.InvalidOperation, "Use a token of its own for every value."),
        FailureCode.StageForbidden => (ErrorCategory.InvalidOperation, "Promote another version first."),
        FailureCode.NotVerified => (ErrorCategory.InvalidOperation, "Verify it with Test-RotationHealth first."),
        FailureCode.StillInUse => (ErrorCategory.InvalidOperation, "Restart the consumers first with Restart-Consumer."),
        FailureCode.ValueTooWeak => (ErrorCategory.InvalidArgument, "Ask for more, or say -AllowWeak."),
        FailureCode.ValueInvalid => (ErrorCategory.InvalidArgument, "Give another value."),
        FailureCode.DocumentInvalid => (ErrorCategory.ParserError, "Mend the line that the message names."),
        FailureCode.FileNotFound => (ErrorCategory.ObjectNotFound, "See that the path is right."),
        FailureCode.ConsumerNotFound => (ErrorCategory.ObjectNotFound, "See Get-Consumer for those that are known."),
        FailureCode.ConsumerBusy => (ErrorCategory.ResourceBusy, "Try again once the other process has finished."),
        FailureCode.PortInUse => (ErrorCategory.ResourceBusy, "Stop what listens on the port, or choose another."),
        FailureCode.InstanceUnhealthy => (ErrorCategory.OperationStopped, "Read the instance's log; the other instances run on as they were."),
        FailureCode.ProbeFailed => (ErrorCategory.InvalidResult, "Look at the evidence of the probes that did not pass."),
        FailureCode.DeadlineExceeded => (ErrorCategory.OperationTimeout, "See what state it is in before it is repeated."),
        FailureCode.Throttled => (ErrorCategory.LimitsExceeded, "Wait, then try again."),
        FailureCode.Stopped => (ErrorCategory.OperationStopped, "Run it again to go on."),
        FailureCode.LeaseHeld => (ErrorCategory.ResourceBusy, "Wait until the other operator has finished, or ask them to stop."),
        FailureCode.LeaseLost => (ErrorCategory.ResourceBusy, "See Get-SecretRotation for who goes on with it."),
        FailureCode.RotationNotFound => (ErrorCategory.ObjectNotFound, "See Get-SecretRotation for those there are."),
        FailureCode.RotationUnfinished => (ErrorCategory.ResourceExists, "Go on with Resume-SecretRotation, or go back with Undo-SecretRotation."),
        FailureCode.PlanChanged => (ErrorCategory.InvalidData, "Finish or undo the rotation with the plan that it was begun with."),
        FailureCode.NotConverged => (ErrorCategory.OperationTimeout, "Restart the consumers that the message names, then resume."),
        FailureCode.RollbackImpossible => (ErrorCategory.InvalidOperation, "Rotate again: the old value can't be put back."),
        FailureCode.CredentialsInvalid => (ErrorCategory.AuthenticationError, "Sign in to the system, or name other credentials."),
        FailureCode.SecretDeleted => (ErrorCategory.InvalidOperation, "Restore the secret first, or use another name."),
        FailureCode.LimitReached => (ErrorCategory.LimitsExceeded, "Remove what is no longer needed, or ask for a higher limit."),
        FailureCode.ManagedElsewhere => (ErrorCategory.ResourceBusy, "Change it where it is managed."),
        FailureCode.ServerUntrusted => (ErrorCategory.SecurityError, "See that the address is right, and name the authority that issued the server's certificate."),
        FailureCode.LeaseRemains => (ErrorCategory.InvalidResult, "See Get-SecretLease -Irrevocable for why, and mend that; or say -Force, and revoke the credentials where they are used."),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "Every code needs its row."),
    };
}
