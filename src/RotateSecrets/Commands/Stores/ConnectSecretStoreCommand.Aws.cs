using System.Collections;
using System.Globalization;
using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;

namespace RotateSecrets.Commands;

/// <content>AWS Secrets Manager and Parameter Store.</content>
public sealed partial class ConnectSecretStoreCommand
{
    private const string AwsSet = "Aws";

    /// <summary>Connects AWS Secrets Manager.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AwsSet)]
    public SwitchParameter Aws { get; set; }

    /// <summary>Connects Systems Manager Parameter Store instead of Secrets Manager.</summary>
    [Parameter(ParameterSetName = AwsSet)]
    public SwitchParameter ParameterStore { get; set; }

    /// <summary>The AWS region. Default: AWS_REGION, AWS_DEFAULT_REGION, or the profile's.</summary>
    [Parameter(ParameterSetName = AwsSet)]
    [ValidatePattern("^[a-z0-9-]+$")]
    public string? Region { get; set; }

    /// <summary>The AWS profile. Default: the SDK's own chain of credentials.</summary>
    [Parameter(ParameterSetName = AwsSet)]
    [ValidateNotNullOrEmpty]
    public string? ProfileName { get; set; }

    /// <summary>The token that belongs to temporary credentials.</summary>
    [Parameter(ParameterSetName = AwsSet)]
    [SecretValueTransformation]
    public SecretValue? SessionToken { get; set; }

    /// <summary>Where the service is, in place of the region's own endpoint. Default: AWS_ENDPOINT_URL_SECRETS_MANAGER, AWS_ENDPOINT_URL, or the region's.</summary>
    [Parameter(ParameterSetName = AwsSet)]
    public Uri? EndpointUri { get; set; }

    /// <summary>Uses the region's FIPS 140 endpoint.</summary>
    [Parameter(ParameterSetName = AwsSet)]
    public SwitchParameter UseFips { get; set; }

    /// <summary>Uses the region's endpoint for IPv4 and IPv6.</summary>
    [Parameter(ParameterSetName = AwsSet)]
    public SwitchParameter UseDualStack { get; set; }

    /// <summary>For how many days a removed secret can be had back. Default: 30.</summary>
    [Parameter(ParameterSetName = AwsSet)]
    [ValidateRange(7, 30)]
    public int RecoveryWindowInDays { get; set; } = 30;

    /// <summary>Files and folders of CloudTrail records, as delivered to S3, which Get-StoreAuditEvent reads.</summary>
    [Parameter(ParameterSetName = AwsSet)]
    [ValidateNotNullOrEmpty]
    public string[] CloudTrailPath { get; set; } = [];

    /// <summary>Files and folders in which whatever names the secret is a consumer: configuration, environment files, task definitions, templates.</summary>
    [Parameter(ParameterSetName = AwsSet)]
    [ValidateNotNullOrEmpty]
    public string[] ConsumerPath { get; set; } = [];

    /// <summary>What every secret that is made through the connection is tagged with.</summary>
    [Parameter(ParameterSetName = AwsSet)]
    [ValidateNotNull]
    public IDictionary Tag { get; set; } = new Hashtable();

    private ConnectionRequest AwsRequest() => new(NameOr(ParameterStore ? "ssm" : "aws"), EndpointUri?.OriginalString ?? string.Empty, Session.Time)
    {
        Credential = Credential,
        Secrets = SessionToken is null
            ? new Dictionary<string, SecretValue>(StringComparer.OrdinalIgnoreCase)
            : new Dictionary<string, SecretValue>(StringComparer.OrdinalIgnoreCase) { [nameof(SessionToken)] = SessionToken },
        Settings = Settings(
            (nameof(Region), One(Region)),
            (nameof(ProfileName), One(ProfileName)),
            ("AccessKeyId", One(Credential is null ? null : CredentialUser.Of(Credential))),
            (nameof(ParameterStore), Switch(ParameterStore)),
            (nameof(UseFips), Switch(UseFips)),
            (nameof(UseDualStack), Switch(UseDualStack)),
            (nameof(RecoveryWindowInDays), [RecoveryWindowInDays.ToString(CultureInfo.InvariantCulture)]),
            (nameof(CloudTrailPath), [.. CloudTrailPath.Select(FilePath)]),
            (nameof(ConsumerPath), [.. ConsumerPath.Select(FilePath)]),
            (nameof(Tag), [.. Tag.Keys.Cast<object>().Select(key => $"{LanguagePrimitives.ConvertTo<string>(key)}={LanguagePrimitives.ConvertTo<string>(Tag[key])}")])),
    };

    private static string[]? One(string? text) => text is null ? null : [text];

    private static string[]? Switch(SwitchParameter given) => given ? [bool.TrueString] : null;
}
