using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.SecretsManager.Model;

namespace Amazon.SecretsManager;

/// <summary>An error that the service answered with.</summary>
internal class AmazonSecretsManagerException(ErrorResponse error, Exception? inner, HttpStatusCode status)
    : AmazonServiceException(error.Message, inner, error.Type, error.Code, error.RequestId, status)
{
    /// <summary>The exception of an error's own type, where it has one.</summary>
    public static AmazonSecretsManagerException Of(ErrorResponse error, Exception? inner, HttpStatusCode status) => error.Code switch
    {
        "DecryptionFailure" => new DecryptionFailureException(error, inner, status),
        "EncryptionFailure" => new EncryptionFailureException(error, inner, status),
        "InternalServiceError" => new InternalServiceErrorException(error, inner, status),
        "InvalidNextTokenException" => new InvalidNextTokenException(error, inner, status),
        "InvalidParameterException" => new InvalidParameterException(error, inner, status),
        "InvalidRequestException" => new InvalidRequestException(error, inner, status),
        "LimitExceededException" => new LimitExceededException(error, inner, status),
        "MalformedPolicyDocumentException" => new MalformedPolicyDocumentException(error, inner, status),
        "PreconditionNotMetException" => new PreconditionNotMetException(error, inner, status),
        "PublicPolicyException" => new PublicPolicyException(error, inner, status),
        "ResourceExistsException" => new ResourceExistsException(error, inner, status),
        "ResourceNotFoundException" => new ResourceNotFoundException(error, inner, status),
        _ => new AmazonSecretsManagerException(error, inner, status),
    };
}
