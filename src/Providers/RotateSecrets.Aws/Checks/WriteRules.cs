using System.Buffers;
using Amazon.SecretsManager.Model;
using RotateSecrets.Aws.Calls;
using RotateSecrets.Aws.Versions;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Checks;

/// <summary>What stands against a write.</summary>
internal static class WriteRules
{
    // "Avoid calling PutSecretValue or UpdateSecret at a sustained rate of more than once every 10 minutes": versions would pile up to the quota of 100, for none is removed
    // in its first 24 hours. Source: the service's API reference, PutSecretValue. Sustained means that some may follow each other; an emergency may be one of them too many, until the quota.
    private const int Burst = 10;

    // What CreateSecret takes for a name. Source: its page in the service's API reference.
    private const int LongestName = 512;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+=.@!-");

    private static readonly TimeSpan Sustained = TimeSpan.FromMinutes(10);

    /// <summary>Somebody else's candidate, or another current version than was expected; null where neither is there.</summary>
    public static Failure? Conflict(PutRequest request, SecretView view)
    {
        if (request.Stage == SecretStage.Pending && view.Pending is { } waiting)
        {
            return new Failure(
                FailureCode.VersionConflict, request.Address.ToString(), $"{PendingOf(request.Address, waiting)}; there can be one candidate at a time.")
            {
                Remedy = "Promote it with Move-StoreSecret -Stage Current, or withdraw it with Revoke-Secret -Force.",
            };
        }

        return request.ExpectedVersion is { } expected && expected != (view.Current?.Id ?? PutRequest.NoVersion)
            ? Other(request.Address, expected, view.Current)
            : null;
    }

    /// <summary>A candidate in words: since when, and whose it is.</summary>
    public static string PendingOf(SecretAddress address, LabelledVersion waiting) =>
        $"Version {waiting.Id} of {address.Store}:{address.Path} has been pending since {waiting.CreatedAt:u}, written by "
        + (waiting.Labels.Contains(VersionLabels.Ours) ? $"the rotation of that id (label {VersionLabels.Ours})" : "somebody else than this module");

    public static Failure Other(SecretAddress address, string expected, LabelledVersion? current) => new(
        FailureCode.VersionConflict,
        address.ToString(),
        (expected, current) switch
        {
            (PutRequest.NoVersion, _) => $"There is a secret at {address.Store}:{address.Path} already.",
            (_, null) => $"{address} has no current version, where {expected} was expected.",
            _ => $"Version {current.Id} of {address} is current, where {expected} was expected.",
        });

    /// <summary>Whether versions were written faster than the service takes them in the long run; null where not, and in an emergency.</summary>
    public static Failure? TooOften(SecretAddress address, SecretView view, RotationScope? scope, DateTimeOffset now)
    {
        if (scope is { IsUrgent: true } || view.YoungestFirst.Skip(Burst - 1).FirstOrDefault() is not { } oldest || now - oldest.CreatedAt >= Sustained * Burst)
        {
            return null;
        }

        return new Failure(
            FailureCode.LimitReached,
            address.ToString(),
            $"{Burst} versions of {address.Store}:{address.Path} were written since {oldest.CreatedAt:u}; in the long run Secrets Manager takes one each {Sustained.TotalMinutes:0} minutes.")
        {
            Remedy = $"Write the next one after {oldest.CreatedAt + (Sustained * Burst):u}; a value that has leaked can be rotated at once with Invoke-SecretRotation -Emergency.",
        };
    }

    /// <summary>Said of a name that no secret can have; null of others.</summary>
    public static Failure? NameFlaw(SecretAddress address) => address.Path.Length <= LongestName && !address.Path.AsSpan().ContainsAnyExcept(NameCharacters) ? null
        : new Failure(FailureCode.ValueInvalid, address.ToString(), $"No secret can be called {address.Path}: a name has at most {LongestName} letters, digits and characters of /_+=.@!-");

    /// <summary>Who else writes the secret, or where it is written; null where that is here.</summary>
    public static Failure? Owner(SecretAddress address, DescribeSecretResponse description) => description switch
    {
        { PrimaryRegion: { Length: > 0 } primary, ARN: { } arn } when arn.Split(':', 5) is ["arn", _, _, { Length: > 0 } here, ..] && here != primary => new Failure(
            FailureCode.ManagedElsewhere, address.ToString(), $"{address.Store}:{address.Path} is a replica in {here}; it is written in {primary}.")
        {
            Remedy = $"Connect that region under a name of its own, as in Connect-SecretStore -Aws -Region {primary} -Name primary",
        },
        { OwningService: { Length: > 0 } service } => new Failure(
            FailureCode.ManagedElsewhere, address.ToString(), $"{address.Store}:{address.Path} is managed by {service}, which rotates it itself.")
        {
            Remedy = $"Rotate it with {service}.",
        },
        { RotationEnabled: true } => new Failure(
            FailureCode.ManagedElsewhere, address.ToString(), $"{address.Store}:{address.Path} is rotated by the function {description.RotationLambdaARN}.")
        {
            Remedy = "Let the plan's strategy be Delegated: the function is then started and followed to its end.",
        },
        _ => null,
    };
}
