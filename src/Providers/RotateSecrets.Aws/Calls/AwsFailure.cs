using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.SecretsManager.Model;
using RotateSecrets.Aws.Connecting;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Aws.Calls;

/// <summary>Makes a failure of what the SDK threw. The service's own message is left out, but for the names in it: it may quote what it was sent.</summary>
internal static partial class AwsFailure
{
    /// <summary>Whether the exception is an answer, or the lack of one, of the service.</summary>
    public static bool Fits(Exception e) =>
        e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or JsonException or TimeoutException or TaskCanceledException;

    /// <summary>The failure of a call.</summary>
    /// <param name="e">What was thrown.</param>
    /// <param name="target">The address, or the store's name.</param>
    /// <param name="operation">The operation, with its service: <c>secretsmanager:GetSecretValue</c>.</param>
    /// <param name="isWrite">Whether it would have changed something.</param>
    /// <param name="key">The KMS key of the secret, where it is known; the exception's own word goes before it.</param>
    public static Failure Of(Exception e, string target, string operation, bool isWrite, string? key = null)
    {
        var unknown = isWrite ? Effect.Unknown : Effect.None;
        return e switch
        {
            CredentialsLostException lost => lost.Failure,
            { InnerException: CredentialsLostException lost } => lost.Failure,
            ResourceNotFoundException => new Failure(FailureCode.SecretNotFound, target, $"There is no secret at {target}."),
            ResourceExistsException => new Failure(FailureCode.VersionConflict, target, $"{target} exists already."),
            InvalidParameterException => new Failure(FailureCode.ValueInvalid, target, $"AWS takes {operation} of {target} for invalid."),
            InvalidRequestException when e.Message.Contains("delet", StringComparison.OrdinalIgnoreCase) => Deleted(target),
            InvalidRequestException => new Failure(FailureCode.NotSupported, target, $"AWS refuses {operation} of {target} in the state that the secret is in."),
            LimitExceededException => new Failure(FailureCode.LimitReached, target, $"AWS refuses {operation} of {target}: a quota of the account or the secret is reached."),
            AmazonServiceException locked when IsOfKey(locked) => Key(locked, target, operation, key),
            MalformedPolicyDocumentException => new Failure(FailureCode.DocumentInvalid, target, $"The resource policy of {target} is malformed."),
            AmazonServiceException served => OfService(served, target, operation, unknown),
            AmazonUnmarshallingException or JsonException => Unavailable(target, operation, "half an answer came, or none that it could have given", unknown),
            TaskCanceledException or TimeoutException => new Failure(FailureCode.DeadlineExceeded, target, $"{operation} of {target} was not answered in time.") { Effect = unknown },
            { InnerException: TaskCanceledException or TimeoutException or OperationCanceledException } =>
                new Failure(FailureCode.DeadlineExceeded, target, $"{operation} of {target} was not answered in time.") { Effect = unknown },
            _ => Unavailable(target, operation, $"the connection failed ({(e.InnerException ?? e).GetType().Name})", unknown),
        };
    }

    /// <summary>Said of a secret that is scheduled for deletion.</summary>
    public static Failure Deleted(string target, DateTimeOffset? on = null) =>
        new(FailureCode.SecretDeleted, target, on is { } day ? $"{target} is scheduled for deletion on {day:u}." : $"{target} is scheduled for deletion.")
        {
            Remedy = $"Restore it with: aws secretsmanager restore-secret --secret-id {target[(target.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('#')[0]}, or use another name.",
        };

    private static Failure OfService(AmazonServiceException e, string target, string operation, Effect unknown) => e switch
    {
        _ when e.ErrorCode is not null && (e.ErrorCode.Contains("Throttl", StringComparison.Ordinal) || e.ErrorCode is "TooManyRequestsException" or "RequestLimitExceeded" or "TooManyUpdates")
            || e.StatusCode == HttpStatusCode.TooManyRequests => new Failure(FailureCode.Throttled, target, $"AWS asks for fewer calls than {operation} of {target}."),
        { ErrorCode: "UnrecognizedClientException" or "InvalidClientTokenId" or "InvalidSignatureException" or "SignatureDoesNotMatch" or "IncompleteSignature"
            or "IncompleteSignatureException" or "MissingAuthenticationToken" or "MissingAuthenticationTokenException" } =>
            new Failure(FailureCode.CredentialsInvalid, target, $"AWS doesn't take the credentials for {operation} of {target} ({e.ErrorCode})."),
        { ErrorCode: "ExpiredTokenException" or "ExpiredToken" or "RequestExpired" } =>
            new Failure(FailureCode.CredentialsInvalid, target, $"The credentials for {operation} of {target} have expired.") { Remedy = "Sign in again, then connect again." },
        { ErrorCode: "AccessDeniedException" or "AccessDenied" or "UnauthorizedOperation" } => Denied(e, target, operation),
        { ErrorCode: "ParameterNotFound" or "ParameterVersionNotFound" } => new Failure(FailureCode.SecretNotFound, target, $"There is no parameter at {target}."),
        { ErrorCode: "ParameterAlreadyExists" } => new Failure(FailureCode.VersionConflict, target, $"{target} exists already."),
        { ErrorCode: "ParameterMaxVersionLimitExceeded" or "ParameterVersionLabelLimitExceeded" or "ParameterLimitExceeded" } =>
            new Failure(FailureCode.LimitReached, target, $"{target} has as many versions or labels as Parameter Store takes."),
        { ErrorCode: "ValidationException" or "ParameterPatternMismatchException" or "HierarchyLevelLimitExceededException" or "UnsupportedParameterType" } =>
            new Failure(FailureCode.ValueInvalid, target, $"AWS takes {operation} of {target} for invalid ({e.ErrorCode})."),
        { StatusCode: HttpStatusCode.NotImplemented } => new Failure(FailureCode.NotSupported, target, $"What answers for AWS has no {operation}."),
        _ when (int)e.StatusCode >= 500 => Unavailable(target, operation, $"it answered {(int)e.StatusCode}", unknown),
        _ => new Failure(FailureCode.NotSupported, target, $"AWS refuses {operation} of {target} ({Name(e.ErrorCode)})."),
    };

    // "User: arn:... is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:... because ..."
    private static Failure Denied(AmazonServiceException e, string target, string operation)
    {
        var action = ActionPattern().Match(e.Message) is { Success: true } performed ? performed.Value : operation;
        var resource = ResourcePattern().Match(e.Message) is { Success: true } on ? $" on {on.Value}" : string.Empty;
        var user = UserPattern().Match(e.Message) is { Success: true } who ? who.Value : "The caller";
        return new Failure(FailureCode.AccessDenied, target, $"{user} is not permitted {action}{resource}, which {operation} of {target} takes.")
        {
            Remedy = $"Allow {action} in a policy of the caller, in the resource policy where it is in another account, and in the key's policy where it is a key's.",
        };
    }

    /// <summary>Whether it is the KMS key that can't be used, and not the secret: the action that is denied tells, and where none is named, the service's words.</summary>
    public static bool IsOfKey(Exception e) => e switch
    {
        DecryptionFailureException or EncryptionFailureException or AmazonServiceException { ErrorCode: "InvalidKeyId" } => true,
        AmazonServiceException { ErrorCode: "AccessDeniedException" } => ActionPattern().Match(e.Message) is { Success: true } denied
            ? denied.Value.StartsWith("kms:", StringComparison.Ordinal)
            : e.Message.Contains("KMS", StringComparison.Ordinal) || e.Message.Contains("customer master key", StringComparison.Ordinal),
        _ => false,
    };

    private static Failure Key(AmazonServiceException e, string target, string operation, string? known)
    {
        var action = ActionPattern().Match(e.Message) is { Success: true } denied && denied.Value.StartsWith("kms:", StringComparison.Ordinal) ? denied.Value
            : e is DecryptionFailureException || operation is "secretsmanager:GetSecretValue" or "ssm:GetParameter" ? "kms:Decrypt"
            : operation is "ssm:PutParameter" ? "kms:Encrypt"
            : "kms:GenerateDataKey";
        var key = ResourcePattern().Match(e.Message) is { Success: true } named && named.Value.Contains(":kms:", StringComparison.Ordinal) ? named.Value : known;
        return new Failure(FailureCode.AccessDenied, target, $"The KMS key {(key is null ? "of" : $"{key} of")} {target} can't be used: {action} is not permitted, or the key is disabled.")
        {
            Remedy = $"Allow {action} in the policy of the key, and see that it is enabled.",
        };
    }

    private static Failure Unavailable(string target, string operation, string why, Effect effect) =>
        new(FailureCode.StoreUnavailable, target, $"{operation} of {target} failed: {why}.") { Effect = effect };

    // An error's name is the service's own word, unless a proxy wrote it.
    private static string Name(string? code) => code is not null && NamePattern().IsMatch(code) ? code : "for a reason that it doesn't name";

    [GeneratedRegex(@"(?<=User: )arn:[\w:/.@=+,-]{1,300}", RegexOptions.CultureInvariant, 100)]
    private static partial Regex UserPattern();

    [GeneratedRegex(@"(?<=perform: )[a-z]{2,20}:[A-Za-z]{2,60}", RegexOptions.CultureInvariant, 100)]
    private static partial Regex ActionPattern();

    [GeneratedRegex(@"(?<=resource:? )arn:[\w:/.@=+*,-]{1,300}", RegexOptions.CultureInvariant, 100)]
    private static partial Regex ResourcePattern();

    [GeneratedRegex("^[A-Za-z]{1,60}$", RegexOptions.CultureInvariant, 100)]
    private static partial Regex NamePattern();
}
