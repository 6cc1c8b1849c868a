using System.Globalization;
using System.Text.Unicode;
using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using RotateSecrets.Aws.Checks;
using RotateSecrets.Aws.Versions;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Parameters;

/// <summary>What a parameter's history means, and what stands against a write.</summary>
internal static class ParameterRules
{
    // The service makes room by deleting the oldest of 100 versions, unless it has a label. Source: the user guide, "Working with parameter versions".
    private const int MostVersions = 100;

    // A standard parameter's, and an advanced one's. Source: the service's quotas.
    private const int Longest = 4096;
    private const int LongestAdvanced = 8192;

    public static string Id(long? version) => (version ?? 0).ToString(CultureInfo.InvariantCulture);

    public static SecretVersion At(SecretAddress address, ParameterHistory version, IReadOnlyList<ParameterHistory> history, DateTimeOffset now)
    {
        var created = SecretView.Moment(version.LastModifiedDate);
        return new SecretVersion(address, Id(version.Version), ParameterLabels.StageOf(version, history), created)
        {
            Token = ParameterLabels.TokenOf(version),
            Age = now > created ? now - created : TimeSpan.Zero,
        };
    }

    public static ParameterHistory? Current(IReadOnlyList<ParameterHistory> history) =>
        history.FirstOrDefault(version => ParameterLabels.StageOf(version, history) == SecretStage.Current);

    public static Failure? Flaw(PutRequest request) => request switch
    {
        { Stage: not (SecretStage.Pending or SecretStage.Current) } => new Failure(
            FailureCode.StageForbidden, request.Address.ToString(), $"A version can't be written as {request.Stage}, only as Pending or Current."),
        { Value.Length: 0 } => new Failure(FailureCode.ValueInvalid, request.Address.ToString(), $"An empty value can't be stored at {request.Address}."),
        _ when !request.Value.Reveal(static bytes => Utf8.IsValid(bytes)) => new Failure(
            FailureCode.ValueInvalid, request.Address.ToString(), $"The value for {request.Address} is no text, and a parameter takes nothing else.")
        {
            Remedy = "Generate text, or base64.",
        },
        _ => null,
    };

    /// <summary>Why an address leads nowhere in Parameter Store; null where it can.</summary>
    public static Failure? FieldFlaw(SecretAddress address) => address.Field is null ? null
        : new Failure(FailureCode.NotSupported, address.ToString(), $"A parameter is one value, and so {address.Store}:{address.Path} has no field {address.Field}.")
        {
            Remedy = "Leave out the # and what follows it.",
        };

    /// <summary>Said of a value that is longer than the parameter takes; null of others. A parameter keeps its tier.</summary>
    public static Failure? TooLong(PutRequest request, ParameterHistory? youngest)
    {
        var isAdvanced = youngest is not null && (youngest.Tier == ParameterTier.Advanced || youngest.Tier == ParameterTier.IntelligentTiering);
        var longest = isAdvanced ? LongestAdvanced : Longest;
        return request.Value.Length <= longest ? null : new Failure(
            FailureCode.ValueInvalid, request.Address.ToString(), $"The value for {request.Address} has {request.Value.Length} bytes; {(isAdvanced ? "an advanced" : "a standard")} parameter takes {longest}.");
    }

    public static Failure? Conflict(PutRequest request, IReadOnlyList<ParameterHistory> history)
    {
        var current = Current(history);
        if (request.ExpectedVersion is { } expected && expected != (current is null ? PutRequest.NoVersion : Id(current.Version)))
        {
            return Other(request.Address, expected, current);
        }

        if (request.Stage == SecretStage.Pending && history.Count > 0 && !ParameterLabels.IsLabelled(history))
        {
            return new Failure(
                FailureCode.NotSupported, request.Address.ToString(), $"The readers of {request.Address} get its youngest version, so a candidate can't wait there.")
            {
                Remedy = $"Let them read {request.Address.Path}:{ParameterLabels.Current}, and give the version that they use that label; or let the plan's strategy be Overwrite.",
            };
        }

        return request.Stage == SecretStage.Pending && history.FirstOrDefault(version => ParameterLabels.StageOf(version, history) == SecretStage.Pending) is { } waiting
            ? new Failure(
                FailureCode.VersionConflict,
                request.Address.ToString(),
                $"Version {waiting.Version} of {request.Address} has been pending since {SecretView.Moment(waiting.LastModifiedDate):u}; there can be one candidate at a time.")
            {
                Remedy = "Promote it with Move-StoreSecret -Stage Current, or withdraw it with Revoke-Secret -Force.",
            }
            : Full(request.Address, history);
    }

    public static Failure Other(SecretAddress address, string expected, ParameterHistory? current) =>
        WriteRules.Other(address, expected, current is null ? null : new LabelledVersion(Id(current.Version), [], default));

    /// <summary>Said where the history is full and can't be shortened by the service; null where it isn't.</summary>
    public static Failure? Full(SecretAddress address, IReadOnlyList<ParameterHistory> history) =>
        history.Count >= MostVersions && history.MinBy(static version => version.Version) is { Labels.Count: > 0 } oldest
            ? new Failure(
                FailureCode.LimitReached, address.ToString(), $"{address} has {MostVersions} versions, and the oldest, {oldest.Version}, is kept by its label {oldest.Labels[0]}.")
            {
                Remedy = "Take the label from it with: aws ssm unlabel-parameter-version",
            }
            : null;
}
