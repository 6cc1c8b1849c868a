using RotateSecrets.Stores;
using RotateSecrets.Vault.Database;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault.Access;

/// <summary>A capability that a call needs.</summary>
/// <param name="Path">At which path, as policies name it.</param>
/// <param name="Capability">create, read, update, delete or list.</param>
/// <param name="For">What can't be done without it.</param>
internal sealed record AccessNeed(string Path, string Capability, StoreAccess For)
{
    /// <summary>Whether what the token may do at the path is enough.</summary>
    public bool IsMetBy(IReadOnlyCollection<string> capabilities) =>
        capabilities.Contains("root", StringComparer.Ordinal)
        || (capabilities.Contains(Capability, StringComparer.Ordinal) && !capabilities.Contains("deny", StringComparer.Ordinal));
}

/// <summary>Which capabilities the calls of this provider need.</summary>
internal static class AccessNeeds
{
    /// <summary>The capabilities for what is wanted at a secret.</summary>
    public static IReadOnlyList<AccessNeed> Of(SecretPlace place, StoreAccess wanted) =>
        [.. (place.Mount.Version switch { 2 => Versioned(place), 1 => Single(place), _ => Delegated(StaticRole.At(place)) }).Where(need => (need.For & wanted) != StoreAccess.None).Select(need => need with { For = need.For & wanted })];

    private static IEnumerable<AccessNeed> Versioned(SecretPlace place) =>
    [
        new(place.At("metadata"), "read", StoreAccess.Rotate | StoreAccess.Remove),
        new(place.At("data"), "read", StoreAccess.Read | StoreAccess.Write | StoreAccess.Promote),
        new(place.At("data"), "create", StoreAccess.Write),
        new(place.At("data"), "update", StoreAccess.Write | StoreAccess.Promote),
        new(place.At("metadata"), "update", StoreAccess.Write | StoreAccess.Promote),
        new(place.At("undelete"), "update", StoreAccess.Promote),
        new(place.At("delete"), "update", StoreAccess.Revoke),
        new(place.At("destroy"), "update", StoreAccess.Revoke),
        new(place.At("metadata"), "delete", StoreAccess.Remove),
    ];

    private static IEnumerable<AccessNeed> Delegated(StaticRole role) =>
    [
        new(role.Credentials, "read", StoreAccess.Rotate),
        new(role.Rotation, "update", StoreAccess.Promote),
    ];

    private static IEnumerable<AccessNeed> Single(SecretPlace place) =>
    [
        new(place.Path, "read", StoreAccess.Rotate | StoreAccess.Remove),
        new(place.Path, "delete", StoreAccess.Remove),
        new(place.Path, "create", StoreAccess.Write),
        new(place.Path, "update", StoreAccess.Write | StoreAccess.Promote),
    ];
}
