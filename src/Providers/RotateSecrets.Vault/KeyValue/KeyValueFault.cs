using System.Globalization;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Vault.KeyValue;

/// <summary>Why a demand on a secret can't be met.</summary>
internal static class KeyValueFault
{
    public static Failure NoSecret(SecretAddress address) => new(FailureCode.SecretNotFound, address.ToString(), $"There is no secret at {address}.");

    public static Failure NoVersion(SecretAddress address, VersionSelector selector) => new(FailureCode.VersionNotFound, address.ToString(), $"{address} has no {selector}.");

    /// <summary>The names of keys are no secrets: every policy that gives a read gives them, and templates name them.</summary>
    public static Failure NoField(SecretAddress address, string field, SecretDocument document) =>
        new(FailureCode.SecretNotFound, address.ToString(), $"The secret at {address.Store}:{address.Path} has no key '{field}'.")
        {
            Remedy = document.Fields is { Count: > 0 } fields ? $"Its keys are {string.Join(", ", fields.Take(20))}: write {address.Store}:{address.Path}#{fields[0]}." : "It has no keys at all.",
        };

    public static Failure Gone(SecretAddress address, int number) =>
        new(FailureCode.VersionNotFound, address.ToString(), $"Version {number} of {address} was revoked; its value is gone.");

    public static Failure TokenReused(SecretAddress address, int number) =>
        new(FailureCode.TokenReused, address.ToString(), $"Version {number} of {address} was written with this token and another value.");

    public static Failure Empty(SecretAddress address) => new(FailureCode.ValueInvalid, address.ToString(), $"An empty value can't be stored at {address}.");

    public static Failure NotWritable(SecretAddress address, SecretStage stage) =>
        new(FailureCode.StageForbidden, address.ToString(), $"A version can't be written as {stage}, only as Pending or Current.");

    public static Failure Waiting(SecretAddress address, int number, DateTimeOffset since) =>
        new(FailureCode.VersionConflict, address.ToString(), $"Version {number} of {address} has been pending since {since:u}; there can be one candidate at a time.")
        {
            Remedy = "Promote it with Move-StoreSecret -Stage Current, or withdraw it with Revoke-Secret -Force.",
        };

    public static Failure NoNotes(SecretAddress address) =>
        new(FailureCode.NotSupported, address.ToString(), $"The server has no custom metadata, in which {address} could be said to be pending: it is older than 1.9.")
        {
            Remedy = "Write it as Current, or let the plan's strategy be Overwrite or SideBySide.",
        };

    public static Failure Stage(SecretAddress address, int number, SecretStage stage, string what) =>
        new(FailureCode.StageForbidden, address.ToString(), $"Version {number} of {address} is {stage} and can't {what}.");

    public static Failure? Unexpected(SecretAddress address, string? expected, string? current, DateTimeOffset? written) =>
        expected is null || expected == (current ?? PutRequest.NoVersion)
            ? null
            : new Failure(
                FailureCode.VersionConflict,
                address.ToString(),
                current is null
                    ? $"{address} has no current version; version {expected} was expected."
                    : string.Create(CultureInfo.InvariantCulture, $"The current version of {address} is {current}, written {written:u}; {(expected == PutRequest.NoVersion ? "none" : $"version {expected}")} was expected."));
}
