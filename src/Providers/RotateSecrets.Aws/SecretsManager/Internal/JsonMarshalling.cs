using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;
using Amazon.SecretsManager.Model;

namespace Amazon.SecretsManager.Internal;

/// <summary>Writes a request in AWS JSON 1.1.</summary>
/// <typeparam name="TRequest">The request.</typeparam>
/// <param name="operation">The operation's name.</param>
/// <param name="type">How the request is written.</param>
internal sealed class JsonRequestMarshaller<TRequest>(string operation, JsonTypeInfo<TRequest> type) : IMarshaller<IRequest, AmazonWebServiceRequest>, IDisposable
    where TRequest : AmazonSecretsManagerRequest
{
    private byte[] content = [];

    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        content = JsonSerializer.SerializeToUtf8Bytes((TRequest)input, type);
        var request = new DefaultRequest(input, "Amazon.SecretsManager") { HttpMethod = "POST", ResourcePath = "/", Content = content };
        request.Headers["X-Amz-Target"] = $"secretsmanager.{operation}";
        request.Headers["Content-Type"] = "application/x-amz-json-1.1";
        request.Headers["X-Amz-Api-Version"] = "2017-10-17";
        return request;
    }

    /// <summary>Zeroes what was sent: it may hold a secret.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(content);
}

/// <summary>Reads an answer in AWS JSON 1.1, or the error in its place.</summary>
/// <typeparam name="TResponse">The answer.</typeparam>
/// <param name="type">How the answer is read.</param>
internal sealed class JsonUnmarshaller<TResponse>(JsonTypeInfo<TResponse> type) : JsonResponseUnmarshaller
    where TResponse : AmazonWebServiceResponse
{
    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext context) =>
        JsonSerializer.Deserialize(context.Stream, type) ?? throw new JsonException("The answer is null.");

    public override AmazonServiceException UnmarshallException(JsonUnmarshallerContext context, Exception innerException, HttpStatusCode statusCode)
    {
        ErrorResponse error;
        try
        {
            var reader = new StreamingUtf8JsonReader(context.Stream);
            error = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(context, ref reader);
        }
        catch (Exception e) when (e is JsonException or AmazonClientException)
        {
            // A proxy's page, or half an answer: the status alone is left.
            error = new ErrorResponse { Type = ErrorType.Unknown, Code = ((int)statusCode).ToString(System.Globalization.CultureInfo.InvariantCulture), Message = string.Empty };
        }

        return AmazonSecretsManagerException.Of(error, innerException, statusCode);
    }
}
