using Amazon.Runtime;

namespace Amazon.SecretsManager.Model;

/// <summary>What all requests have in common.</summary>
internal abstract class AmazonSecretsManagerRequest : AmazonWebServiceRequest;

internal sealed class CreateSecretRequest : AmazonSecretsManagerRequest
{
    public required string Name { get; init; }

    public string? ClientRequestToken { get; init; }

    public string? SecretString { get; init; }

    public MemoryStream? SecretBinary { get; init; }

    public List<Tag>? Tags { get; init; }
}

internal sealed class DeleteSecretRequest : AmazonSecretsManagerRequest
{
    public required string SecretId { get; init; }

    public long? RecoveryWindowInDays { get; init; }
}

internal sealed class DescribeSecretRequest : AmazonSecretsManagerRequest
{
    public required string SecretId { get; init; }
}

internal sealed class GetResourcePolicyRequest : AmazonSecretsManagerRequest
{
    public required string SecretId { get; init; }
}

internal sealed class GetSecretValueRequest : AmazonSecretsManagerRequest
{
    public required string SecretId { get; init; }

    public string? VersionId { get; init; }

    public string? VersionStage { get; init; }
}

internal sealed class ListSecretVersionIdsRequest : AmazonSecretsManagerRequest
{
    public required string SecretId { get; init; }

    public int? MaxResults { get; init; }

    public string? NextToken { get; set; }

    public bool? IncludeDeprecated { get; init; }
}

internal sealed class ListSecretsRequest : AmazonSecretsManagerRequest
{
    public int? MaxResults { get; init; }

    public string? NextToken { get; set; }

    public List<Filter>? Filters { get; init; }
}

internal sealed class PutSecretValueRequest : AmazonSecretsManagerRequest
{
    public required string SecretId { get; init; }

    public string? ClientRequestToken { get; init; }

    public string? SecretString { get; init; }

    public MemoryStream? SecretBinary { get; init; }

    public List<string>? VersionStages { get; init; }
}

internal sealed class RestoreSecretRequest : AmazonSecretsManagerRequest
{
    public required string SecretId { get; init; }
}

internal sealed class RotateSecretRequest : AmazonSecretsManagerRequest
{
    public required string SecretId { get; init; }

    public string? ClientRequestToken { get; init; }

    public bool? RotateImmediately { get; init; }
}

internal sealed class UpdateSecretVersionStageRequest : AmazonSecretsManagerRequest
{
    public required string SecretId { get; init; }

    public required string VersionStage { get; init; }

    public string? RemoveFromVersionId { get; init; }

    public string? MoveToVersionId { get; init; }
}

internal sealed class Filter
{
    public required string Key { get; init; }

    public required List<string> Values { get; init; }
}
