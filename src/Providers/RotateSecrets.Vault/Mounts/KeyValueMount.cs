using System.Text.Json;
using RotateSecrets.Vault.Client;
using RotateSecrets.Vault.Login;

namespace RotateSecrets.Vault.Mounts;

/// <summary>Where a secrets engine is mounted.</summary>
/// <param name="Path">The path, with a slash at its end.</param>
/// <param name="Type">The engine: kv, database, pki.</param>
/// <param name="Version">Which version of the key-value engine; 0 for another engine.</param>
internal sealed record KeyValueMount(string Path, string Type, int Version)
{
    public bool IsKeyValue => Version > 0;

    /// <summary>Whether it is a database engine, which can have roles whose user stays the same.</summary>
    public bool HasStaticRoles => Type == "database";
}

/// <summary>A secret's place: its mount, and its name in there.</summary>
/// <param name="Mount">The mount.</param>
/// <param name="Name">The path inside the mount, without slashes at its ends.</param>
/// <param name="Field">The key inside the secret.</param>
internal sealed record SecretPlace(KeyValueMount Mount, string Name, string Field)
{
    private static readonly string[] Endpoints = ["data", "metadata", "delete", "undelete", "destroy", "subkeys"];

    /// <summary>The secret as a whole: all its keys have it in common.</summary>
    public string Path => Mount.Path + Name;

    /// <summary>The name without a part that belongs to the interface of version 2 (<c>data/app</c>: <c>app</c>); null where it has none.</summary>
    public string? WithoutEndpoint => Endpoints.FirstOrDefault(endpoint => Name.StartsWith(endpoint + "/", StringComparison.Ordinal)) is { } part ? Name[(part.Length + 1)..] : null;

    /// <summary>The path of an endpoint of version 2's, as policies name it.</summary>
    public string At(string endpoint) => $"{Mount.Path}{endpoint}/{Name}";
}

/// <summary>What a mount of version 2 of the key-value engine says for all its secrets.</summary>
/// <param name="MaxVersions">How many versions are kept; 0 for the engine's own default.</param>
/// <param name="DeleteAfter">After which time a version is deleted; zero for never.</param>
internal sealed record MountConfig(int MaxVersions, TimeSpan DeleteAfter)
{
    /// <summary>What is assumed where nobody may ask: the engine's own defaults.</summary>
    public static MountConfig Unknown { get; } = new(0, TimeSpan.Zero);

    /// <summary>Reads the answer of <c>GET config</c>.</summary>
    public static MountConfig Read(JsonElement data) => new(
        (int)data.Number("max_versions"), GoDuration.TryParse(data.Text("delete_version_after") ?? "0s", out var after) ? after : TimeSpan.Zero);
}
