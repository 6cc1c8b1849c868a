using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Core.Tests.Rotation.Doubles;

/// <summary>One version in a store. Its value is gone once it is revoked.</summary>
internal sealed record StoredVersion(string Id, SecretStage Stage, DateTimeOffset CreatedAt, DateTimeOffset StagedAt, string? Token, byte[]? Bytes, string Fingerprint)
{
    public bool IsLive => Bytes is not null;
}

/// <summary>What a store holds, and what it does to it, as far as its capabilities go. One that keeps no versions has the current one only.</summary>
internal sealed class StoreState(string name, StoreCapabilities capabilities, TimeProvider time)
{
    private readonly Dictionary<string, List<StoredVersion>> secrets = new(StringComparer.Ordinal);
    private readonly HashSet<string> destroyed = new(StringComparer.Ordinal);

    public string Name => name;

    public StoreCapabilities Capabilities => capabilities;

    public List<StoreAuditEvent> Audit { get; } = [];

    /// <summary>All versions at an address, youngest first.</summary>
    public IReadOnlyList<StoredVersion> Of(SecretAddress address) =>
        secrets.TryGetValue(Key(address), out var versions) ? versions : [];

    public StoredVersion? Current(SecretAddress address) => Of(address).FirstOrDefault(static version => version.Stage == SecretStage.Current);

    /// <summary>Whether whoever issued a value still lets it in: until the last version that has it is destroyed.</summary>
    public bool IsAccepted(string fingerprint) => !destroyed.Contains(fingerprint);

    /// <summary>Whether the store still has a value.</summary>
    public bool Has(string fingerprint) => secrets.Values.Any(versions => versions.Exists(version => version.IsLive && version.Fingerprint == fingerprint));

    public Outcome<StoredVersion> Read(SecretAddress address, VersionSelector selector)
    {
        var versions = Of(address);
        if (versions.Count == 0)
        {
            return NoSecret(address);
        }

        var found = versions.FirstOrDefault(version => selector.Id is null ? version.Stage == selector.Stage : version.Id == selector.Id);
        if (found is not { IsLive: true })
        {
            return new Failure(FailureCode.VersionNotFound, address.ToString(), $"{address} has no {selector} with a value.");
        }

        Audit.Add(new StoreAuditEvent(time.GetUtcNow(), "read", address, found.Id, "test", null));
        return found;
    }

    public Outcome<StoredVersion> Put(PutRequest request)
    {
        var bytes = request.Value.Reveal(static bytes => bytes.ToArray());
        var versions = Versions(request.Address);
        if (capabilities.HasFlag(StoreCapabilities.Idempotent) && versions.Find(version => version.Token == request.Token) is { } earlier)
        {
            return earlier.Bytes.AsSpan().SequenceEqual(bytes)
                ? earlier
                : new Failure(FailureCode.TokenReused, request.Address.ToString(), "This token was used for another value.");
        }

        if (bytes.Length == 0)
        {
            return new Failure(FailureCode.ValueInvalid, request.Address.ToString(), "An empty value can't be stored.");
        }

        var current = Current(request.Address);
        if (capabilities.HasFlag(StoreCapabilities.CompareAndSet) && request.ExpectedVersion is { } expected && expected != (current?.Id ?? PutRequest.NoVersion))
        {
            return Conflict(request.Address, expected, current);
        }

        if (request.Stage == SecretStage.Pending
            && (!capabilities.HasFlag(StoreCapabilities.Staged) || versions.Exists(static version => version.Stage == SecretStage.Pending)))
        {
            return new Failure(FailureCode.VersionConflict, request.Address.ToString(), "There can be no candidate, or is one already.");
        }

        var id = FormattableString.Invariant($"{++written}");
        var added = new StoredVersion(
            id, request.Stage, time.GetUtcNow(), time.GetUtcNow(), capabilities.HasFlag(StoreCapabilities.Idempotent) ? request.Token : null, bytes, request.Value.Fingerprint);
        if (request.Stage == SecretStage.Current)
        {
            Retire(versions, current);
        }

        versions.Insert(0, added);
        destroyed.Remove(added.Fingerprint);
        return added;
    }

    public Outcome<StoredVersion> Promote(SecretAddress address, string id, string? expected)
    {
        var versions = Versions(address);
        var current = Current(address);
        if (versions.Find(version => version.Id == id) is not { } found)
        {
            return Missing(address, id);
        }

        if (found.Stage == SecretStage.Current)
        {
            return found;
        }

        if (!SecretStages.MayFollow(found.Stage, SecretStage.Current))
        {
            return new Failure(FailureCode.StageForbidden, address.ToString(), $"Version {id} is {found.Stage}.");
        }

        if (expected is not null && expected != (current?.Id ?? PutRequest.NoVersion))
        {
            return Conflict(address, expected, current);
        }

        Retire(versions, current);
        return Replace(versions, found, found with { Stage = SecretStage.Current, StagedAt = time.GetUtcNow() });
    }

    public Outcome<StoredVersion> Revoke(SecretAddress address, string id)
    {
        var versions = Versions(address);
        if (versions.Find(version => version.Id == id) is not { } found)
        {
            return Missing(address, id);
        }

        if (found.Stage == SecretStage.Revoked)
        {
            return found;
        }

        if (!SecretStages.MayFollow(found.Stage, SecretStage.Revoked))
        {
            return new Failure(FailureCode.StageForbidden, address.ToString(), $"Version {id} is {found.Stage}.");
        }

        var revoked = Replace(versions, found, found with { Stage = SecretStage.Revoked, StagedAt = time.GetUtcNow(), Bytes = null });
        Destroy(found);
        return revoked;
    }

    public void Remove(SecretAddress address)
    {
        if (secrets.Remove(Key(address), out var versions))
        {
            versions.ForEach(Destroy);
        }
    }

    private int written;

    private static string Key(SecretAddress address) => $"{address.Path}#{address.Field}";

    private static Failure NoSecret(SecretAddress address) => new(FailureCode.SecretNotFound, address.ToString(), $"There is no secret at {address}.");

    private static Failure Conflict(SecretAddress address, string expected, StoredVersion? current) =>
        new(FailureCode.VersionConflict, address.ToString(), $"Version {current?.Id} is current; {expected} was expected.");

    private static StoredVersion Replace(List<StoredVersion> versions, StoredVersion old, StoredVersion replacement)
    {
        versions[versions.IndexOf(old)] = replacement;
        return replacement;
    }

    private Failure Missing(SecretAddress address, string id) => Of(address).Count == 0
        ? NoSecret(address)
        : new Failure(FailureCode.VersionNotFound, address.ToString(), $"There is no version {id}.");

    private List<StoredVersion> Versions(SecretAddress address) =>
        secrets.TryGetValue(Key(address), out var versions) ? versions : secrets[Key(address)] = [];

    private void Retire(List<StoredVersion> versions, StoredVersion? current)
    {
        if (current is null)
        {
            return;
        }

        if (capabilities.HasFlag(StoreCapabilities.Versioned))
        {
            Replace(versions, current, current with { Stage = SecretStage.Previous, StagedAt = time.GetUtcNow() });
        }
        else
        {
            versions.Remove(current);
        }
    }

    private void Destroy(StoredVersion version)
    {
        if (!Has(version.Fingerprint))
        {
            destroyed.Add(version.Fingerprint);
        }
    }
}
