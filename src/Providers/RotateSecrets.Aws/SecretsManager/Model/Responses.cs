using Amazon.Runtime;

namespace Amazon.SecretsManager.Model;

internal sealed class CreateSecretResponse : AmazonWebServiceResponse
{
    public string? ARN { get; init; }

    public string? Name { get; init; }

    public string? VersionId { get; init; }
}

internal sealed class DeleteSecretResponse : AmazonWebServiceResponse
{
    public string? ARN { get; init; }

    public string? Name { get; init; }

    public DateTime? DeletionDate { get; init; }
}

internal sealed class DescribeSecretResponse : AmazonWebServiceResponse
{
    public string? ARN { get; init; }

    public string? Name { get; init; }

    public string? KmsKeyId { get; init; }

    public bool? RotationEnabled { get; init; }

    public string? RotationLambdaARN { get; init; }

    public DateTime? LastRotatedDate { get; init; }

    public DateTime? DeletedDate { get; init; }

    public List<Tag>? Tags { get; init; }

    public Dictionary<string, List<string>>? VersionIdsToStages { get; init; }

    public string? OwningService { get; init; }

    public DateTime? CreatedDate { get; init; }

    public string? PrimaryRegion { get; init; }

    public List<ReplicationStatusType>? ReplicationStatus { get; init; }
}

internal sealed class GetResourcePolicyResponse : AmazonWebServiceResponse
{
    public string? ARN { get; init; }

    public string? Name { get; init; }

    public string? ResourcePolicy { get; init; }
}

internal sealed class GetSecretValueResponse : AmazonWebServiceResponse
{
    public string? ARN { get; init; }

    public string? Name { get; init; }

    public string? VersionId { get; init; }

    public MemoryStream? SecretBinary { get; init; }

    public string? SecretString { get; init; }

    public List<string>? VersionStages { get; init; }

    public DateTime? CreatedDate { get; init; }
}

internal sealed class ListSecretVersionIdsResponse : AmazonWebServiceResponse
{
    public List<SecretVersionsListEntry>? Versions { get; init; }

    public string? NextToken { get; init; }

    public string? ARN { get; init; }

    public string? Name { get; init; }
}

internal sealed class ListSecretsResponse : AmazonWebServiceResponse
{
    public List<SecretListEntry>? SecretList { get; init; }

    public string? NextToken { get; init; }
}

internal sealed class PutSecretValueResponse : AmazonWebServiceResponse
{
    public string? ARN { get; init; }

    public string? Name { get; init; }

    public string? VersionId { get; init; }

    public List<string>? VersionStages { get; init; }
}

internal sealed class RestoreSecretResponse : AmazonWebServiceResponse
{
    public string? ARN { get; init; }

    public string? Name { get; init; }
}

internal sealed class RotateSecretResponse : AmazonWebServiceResponse
{
    public string? ARN { get; init; }

    public string? Name { get; init; }

    public string? VersionId { get; init; }
}

internal sealed class UpdateSecretVersionStageResponse : AmazonWebServiceResponse
{
    public string? ARN { get; init; }

    public string? Name { get; init; }
}

internal sealed class ReplicationStatusType
{
    public string? Region { get; init; }

    /// <summary>InSync, Failed or InProgress.</summary>
    public string? Status { get; init; }

    public string? StatusMessage { get; init; }
}

internal sealed class SecretListEntry
{
    public string? ARN { get; init; }

    public string? Name { get; init; }

    public DateTime? DeletedDate { get; init; }

    public DateTime? LastChangedDate { get; init; }

    public DateTime? CreatedDate { get; init; }

    public Dictionary<string, List<string>>? SecretVersionsToStages { get; init; }
}

internal sealed class SecretVersionsListEntry
{
    public string? VersionId { get; init; }

    public List<string>? VersionStages { get; init; }

    public DateTime? CreatedDate { get; init; }
}

internal sealed class Tag
{
    public string? Key { get; init; }

    public string? Value { get; init; }
}
