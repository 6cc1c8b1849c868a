using Amazon.Runtime.Internal;

namespace Amazon.SecretsManager.Internal;

/// <summary>What the runtime wants to know of the service.</summary>
internal sealed class AmazonSecretsManagerMetadata : IServiceMetadata
{
    public string ServiceId => "Secrets Manager";

    public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
