using System.Globalization;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Connecting;

/// <summary>What a demand to connect says, read.</summary>
internal sealed record AwsSettings
{
    private static readonly string[] Known = ["Region", "ProfileName", "AccessKeyId", "ParameterStore", "UseFips", "UseDualStack", "RecoveryWindowInDays", "CloudTrailPath", "ConsumerPath", "Tag"];

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public string? Region { get; init; }

    public string? ProfileName { get; init; }

    public string? AccessKeyId { get; init; }

    public SecretValue? SecretAccessKey { get; init; }

    public SecretValue? SessionToken { get; init; }

    /// <summary>Where the service is, in place of the region's own endpoint.</summary>
    public Uri? Endpoint { get; init; }

    public bool IsParameterStore { get; init; }

    public bool UseFips { get; init; }

    public bool UseDualStack { get; init; }

    /// <summary>For how many days a removed secret can be had back.</summary>
    public int RecoveryDays { get; init; } = 30;

    public IReadOnlyList<string> CloudTrailPaths { get; init; } = [];

    /// <summary>Files and folders in which consumers are looked for.</summary>
    public IReadOnlyList<string> ConsumerPaths { get; init; } = [];

    /// <summary>What every secret that is made through the connection is tagged with.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public static Outcome<AwsSettings> Read(ConnectionRequest request)
    {
        if (request.Settings.Keys.FirstOrDefault(static name => !Known.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            return new Failure(FailureCode.ValueInvalid, unknown, $"The Aws provider has no setting '{unknown}'.") { Remedy = $"It has {string.Join(", ", Known)}." };
        }

        if (request.Secrets.Keys.FirstOrDefault(static name => !name.Equals("SessionToken", StringComparison.OrdinalIgnoreCase)) is { } other)
        {
            return new Failure(FailureCode.ValueInvalid, other, $"The Aws provider has no secret '{other}'.") { Remedy = "It has SessionToken." };
        }

        Uri? endpoint = null;
        if (request.Location.Length > 0 && (!Uri.TryCreate(request.Location, UriKind.Absolute, out endpoint) || endpoint.Scheme is not ("http" or "https")))
        {
            return new Failure(FailureCode.ValueInvalid, "EndpointUri", "The endpoint is no http or https address.");
        }

        var accessKey = One("AccessKeyId");
        if (accessKey is null != request.Credential is null)
        {
            return new Failure(FailureCode.ValueInvalid, "Credential", "A credential is an access key's id and its secret: one of the two is missing.")
            {
                Remedy = "Give -Credential a PSCredential: the access key's id as the user name, its secret as the password.",
            };
        }

        var days = 30;
        if (One("RecoveryWindowInDays") is { } said && (!int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out days) || days is < 7 or > 30))
        {
            return new Failure(FailureCode.ValueInvalid, "RecoveryWindowInDays", "A removed secret can be had back for 7 to 30 days.");
        }

        if (!TagList.Read(request.Settings.GetValueOrDefault("Tag") ?? []).Succeeded(out var tags, out var flaw))
        {
            return flaw;
        }

        var isParameterStore = IsTrue("ParameterStore");
        var trails = request.Settings.GetValueOrDefault("CloudTrailPath") ?? [];
        if (isParameterStore && trails.Count > 0)
        {
            return new Failure(FailureCode.NotSupported, "CloudTrailPath", "Who reads a parameter can't be told from CloudTrail: a read by path doesn't name it.")
            {
                Remedy = "Connect Parameter Store without -CloudTrailPath.",
            };
        }

        var consumers = request.Settings.GetValueOrDefault("ConsumerPath") ?? [];
        if (trails.Concat(consumers).FirstOrDefault(static path => !File.Exists(path) && !Directory.Exists(path)) is { } missing)
        {
            return new Failure(FailureCode.FileNotFound, missing, $"There is no file or folder {missing}.");
        }

        return new AwsSettings
        {
            Time = request.Time,
            Region = One("Region"),
            ProfileName = One("ProfileName"),
            AccessKeyId = accessKey,
            SecretAccessKey = request.Credential,
            SessionToken = request.Secrets.GetValueOrDefault("SessionToken"),
            Endpoint = endpoint,
            IsParameterStore = isParameterStore,
            UseFips = IsTrue("UseFips"),
            UseDualStack = IsTrue("UseDualStack"),
            RecoveryDays = days,
            CloudTrailPaths = trails,
            ConsumerPaths = consumers,
            Tags = tags,
        };

        string? One(string name) => request.Settings.TryGetValue(name, out var texts) && texts is [.., { Length: > 0 } last] ? last : null;

        bool IsTrue(string name) => string.Equals(One(name), bool.TrueString, StringComparison.OrdinalIgnoreCase);
    }
}
