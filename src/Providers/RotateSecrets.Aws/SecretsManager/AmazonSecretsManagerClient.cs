using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.SecretsManager.Internal;
using Amazon.SecretsManager.Model;

namespace Amazon.SecretsManager;

/// <summary>Calls AWS Secrets Manager.</summary>
/// <param name="credentials">Who calls.</param>
/// <param name="config">Where, and how patiently.</param>
internal sealed class AmazonSecretsManagerClient(AWSCredentials credentials, AmazonSecretsManagerConfig config) : AmazonServiceClient(credentials, config)
{
    private static readonly AmazonSecretsManagerMetadata Metadata = new();

    protected override IServiceMetadata ServiceMetadata => Metadata;

    public Task<CreateSecretResponse> CreateSecretAsync(CreateSecretRequest request, CancellationToken cancellationToken) =>
        CallAsync<CreateSecretRequest, CreateSecretResponse>("CreateSecret", request, cancellationToken);

    public Task<DeleteSecretResponse> DeleteSecretAsync(DeleteSecretRequest request, CancellationToken cancellationToken) =>
        CallAsync<DeleteSecretRequest, DeleteSecretResponse>("DeleteSecret", request, cancellationToken);

    public Task<DescribeSecretResponse> DescribeSecretAsync(DescribeSecretRequest request, CancellationToken cancellationToken) =>
        CallAsync<DescribeSecretRequest, DescribeSecretResponse>("DescribeSecret", request, cancellationToken);

    public Task<GetResourcePolicyResponse> GetResourcePolicyAsync(GetResourcePolicyRequest request, CancellationToken cancellationToken) =>
        CallAsync<GetResourcePolicyRequest, GetResourcePolicyResponse>("GetResourcePolicy", request, cancellationToken);

    public Task<GetSecretValueResponse> GetSecretValueAsync(GetSecretValueRequest request, CancellationToken cancellationToken) =>
        CallAsync<GetSecretValueRequest, GetSecretValueResponse>("GetSecretValue", request, cancellationToken);

    public Task<ListSecretVersionIdsResponse> ListSecretVersionIdsAsync(ListSecretVersionIdsRequest request, CancellationToken cancellationToken) =>
        CallAsync<ListSecretVersionIdsRequest, ListSecretVersionIdsResponse>("ListSecretVersionIds", request, cancellationToken);

    public Task<ListSecretsResponse> ListSecretsAsync(ListSecretsRequest request, CancellationToken cancellationToken) =>
        CallAsync<ListSecretsRequest, ListSecretsResponse>("ListSecrets", request, cancellationToken);

    public Task<PutSecretValueResponse> PutSecretValueAsync(PutSecretValueRequest request, CancellationToken cancellationToken) =>
        CallAsync<PutSecretValueRequest, PutSecretValueResponse>("PutSecretValue", request, cancellationToken);

    public Task<RestoreSecretResponse> RestoreSecretAsync(RestoreSecretRequest request, CancellationToken cancellationToken) =>
        CallAsync<RestoreSecretRequest, RestoreSecretResponse>("RestoreSecret", request, cancellationToken);

    public Task<RotateSecretResponse> RotateSecretAsync(RotateSecretRequest request, CancellationToken cancellationToken) =>
        CallAsync<RotateSecretRequest, RotateSecretResponse>("RotateSecret", request, cancellationToken);

    public Task<UpdateSecretVersionStageResponse> UpdateSecretVersionStageAsync(UpdateSecretVersionStageRequest request, CancellationToken cancellationToken) =>
        CallAsync<UpdateSecretVersionStageRequest, UpdateSecretVersionStageResponse>("UpdateSecretVersionStage", request, cancellationToken);

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new AmazonSecretsManagerEndpointResolver());
        pipeline.AddHandlerAfter<AmazonSecretsManagerEndpointResolver>(new AmazonSecretsManagerAuthSchemeHandler());
    }

    private async Task<TResponse> CallAsync<TRequest, TResponse>(string operation, TRequest request, CancellationToken cancellation)
        where TRequest : AmazonSecretsManagerRequest
        where TResponse : AmazonWebServiceResponse, new()
    {
        using var marshaller = new JsonRequestMarshaller<TRequest>(operation, SecretsManagerJson.Of<TRequest>());
        var unmarshaller = new JsonUnmarshaller<TResponse>(SecretsManagerJson.Of<TResponse>());
        return await InvokeAsync<TResponse>(request, new InvokeOptions { RequestMarshaller = marshaller, ResponseUnmarshaller = unmarshaller }, cancellation);
    }
}
