using System.Net;
using Amazon.Runtime.Internal;

namespace Amazon.SecretsManager.Model;

internal sealed class DecryptionFailureException(ErrorResponse error, Exception? inner, HttpStatusCode status) : AmazonSecretsManagerException(error, inner, status);

internal sealed class EncryptionFailureException(ErrorResponse error, Exception? inner, HttpStatusCode status) : AmazonSecretsManagerException(error, inner, status);

internal sealed class InternalServiceErrorException(ErrorResponse error, Exception? inner, HttpStatusCode status) : AmazonSecretsManagerException(error, inner, status);

internal sealed class InvalidNextTokenException(ErrorResponse error, Exception? inner, HttpStatusCode status) : AmazonSecretsManagerException(error, inner, status);

internal sealed class InvalidParameterException(ErrorResponse error, Exception? inner, HttpStatusCode status) : AmazonSecretsManagerException(error, inner, status);

internal sealed class InvalidRequestException(ErrorResponse error, Exception? inner, HttpStatusCode status) : AmazonSecretsManagerException(error, inner, status);

internal sealed class LimitExceededException(ErrorResponse error, Exception? inner, HttpStatusCode status) : AmazonSecretsManagerException(error, inner, status);

internal sealed class MalformedPolicyDocumentException(ErrorResponse error, Exception? inner, HttpStatusCode status) : AmazonSecretsManagerException(error, inner, status);

internal sealed class PreconditionNotMetException(ErrorResponse error, Exception? inner, HttpStatusCode status) : AmazonSecretsManagerException(error, inner, status);

internal sealed class PublicPolicyException(ErrorResponse error, Exception? inner, HttpStatusCode status) : AmazonSecretsManagerException(error, inner, status);

internal sealed class ResourceExistsException(ErrorResponse error, Exception? inner, HttpStatusCode status) : AmazonSecretsManagerException(error, inner, status);

internal sealed class ResourceNotFoundException(ErrorResponse error, Exception? inner, HttpStatusCode status) : AmazonSecretsManagerException(error, inner, status);
