using System.Collections.Concurrent;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Vault.Access;
using RotateSecrets.Vault.Client;
using RotateSecrets.Vault.Database;

namespace RotateSecrets.Vault.Mounts;

/// <summary>Which engine answers at which path. It is asked once for a mount, and remembered.</summary>
internal sealed class MountTable(VaultClient client, string store)
{
    /// <summary>The key of a secret whose address names none.</summary>
    public const string DefaultField = "value";

    // Beyond that many, a mount is asked when a secret in it is first looked at.
    private const int AskedAtOnce = 8;

    private readonly ConcurrentDictionary<string, MountConfig> configs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, KeyValueMount> mounts = new(StringComparer.Ordinal);

    /// <summary>The mounts that were seen so far.</summary>
    public IEnumerable<KeyValueMount> Seen => mounts.Values.OrderBy(static mount => mount.Path, StringComparer.Ordinal);

    /// <summary>Learns of the mounts that the token can see.</summary>
    public async Task<Outcome<bool>> LoadAsync(CancellationToken cancellation)
    {
        var call = VaultCall.Get("sys/internal/ui/mounts", store);
        if ((await client.SendAsync(call, cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            if (!reply.IsSuccess)
            {
                return VaultFault.Of(reply, call);
            }

            foreach (var mount in reply.Data.Member("secret").Members())
            {
                Add(mount.Name, mount.Value);
            }

            return true;
        }
    }

    /// <summary>The place of an address whose mount was seen; null where none was.</summary>
    public KeyValueMount? Find(SecretAddress address) =>
        mounts.Values.Where(mount => address.Path.StartsWith(mount.Path, StringComparison.Ordinal)).MaxBy(static mount => mount.Path.Length);

    /// <summary>Reads what the mounts say for their secrets, where there are few, so that no rotation needs to. What can't be read now is read when it is needed.</summary>
    /// <param name="isRoot">Whether the token may ask for everything.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public async Task LoadConfigsAsync(bool isRoot, CancellationToken cancellation)
    {
        var versioned = mounts.Values.Where(static mount => mount.Version == 2).ToList();
        if (versioned.Count is 0 or > AskedAtOnce)
        {
            return;
        }

        var readable = versioned;
        if (!isRoot)
        {
            // A request that is bound to be refused is a line in the audit log that somebody has to look into.
            if ((await Capabilities.OfAsync(client, [.. versioned.Select(ConfigPath)], store, cancellation)).Failed(out _, out var held))
            {
                return;
            }

            readable = versioned.FindAll(mount => held[ConfigPath(mount)].Contains("read", StringComparer.Ordinal));
            versioned.Except(readable).ToList().ForEach(mount => configs[mount.Path] = MountConfig.Unknown);
        }

        await Task.WhenAll(readable.Select(mount => ConfigAsync(mount, store, cancellation)));
    }

    /// <summary>What the mount says for its secrets; nothing where the token may not ask.</summary>
    public async Task<Outcome<MountConfig>> ConfigAsync(KeyValueMount mount, string target, CancellationToken cancellation)
    {
        if (configs.TryGetValue(mount.Path, out var known))
        {
            return known;
        }

        var call = VaultCall.Get(VaultCall.Escape(ConfigPath(mount)), target);
        if ((await client.SendAsync(call, cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            return reply.IsSuccess || (int)reply.Status is 403 or 404 ? configs[mount.Path] = MountConfig.Read(reply.Data) : VaultFault.Of(reply, call);
        }
    }

    /// <summary>Finds the mount of an address.</summary>
    public async Task<Outcome<KeyValueMount>> FindAsync(SecretAddress address, CancellationToken cancellation) =>
        PathFlaw(address) is { } flaw ? flaw : Find(address) is { } seen ? seen : await AskAsync(address, cancellation);

    /// <summary>Finds where an address leads.</summary>
    public async Task<Outcome<SecretPlace>> ResolveAsync(SecretAddress address, CancellationToken cancellation)
    {
        if ((await FindAsync(address, cancellation)).Failed(out var unknown, out var mount))
        {
            return unknown;
        }

        var name = address.Path[mount.Path.Length..];
        if (!mount.IsKeyValue)
        {
            return mount.HasStaticRoles && name.StartsWith(StaticRole.Prefix, StringComparison.Ordinal) && name.Length > StaticRole.Prefix.Length
                ? new SecretPlace(mount, name, address.Field ?? StaticRoles.DefaultField)
                : NotKept(address, mount);
        }

        var place = new SecretPlace(mount, name, address.Field ?? DefaultField);
        return mount.Version == 2 && place.WithoutEndpoint is { } meant
            ? new Failure(
                FailureCode.AddressMalformed,
                address.ToString(),
                $"'{name.Split('/')[0]}/' belongs to the interface of version 2 of the key-value engine, and is not part of a secret's name.")
            {
                Remedy = $"Write {address.Store}:{mount.Path}{meant}{(address.Field is null ? string.Empty : $"#{address.Field}")}.",
            }
            : place;
    }

    private static string ConfigPath(KeyValueMount mount) => mount.Path + "config";

    private static Failure NotKept(SecretAddress address, KeyValueMount mount) =>
        new(FailureCode.NotSupported, address.ToString(), $"{mount.Path} is a mount of the engine '{mount.Type}', which keeps no versions of secrets: {address} is no key-value secret.")
        {
            Remedy = mount.HasStaticRoles
                ? $"A static role is {address.Store}:{mount.Path}{StaticRole.Prefix}NAME; credentials that come with a lease are taken back with Revoke-SecretLease."
                : "Credentials that an engine makes are rotated by the engine: see Get-Help about_RotateSecretsVault, and Get-SecretLease for those that are out.",
        };

    // A server that takes "..": for some proxies that is the folder above, and then another secret.
    private static Failure? PathFlaw(SecretAddress address) => address.Path.Split('/') switch
    {
        [_] => new Failure(FailureCode.AddressMalformed, address.ToString(), $"{address} has no mount before the secret's name.")
        {
            Remedy = $"Write {address.Store}:mount/path#key, as in {address.Store}:secret/{address.Path}.",
        },
        var parts when parts.Any(static part => part is "" or "." or "..") =>
            new Failure(FailureCode.AddressMalformed, address.ToString(), $"The path of {address} has a part that is empty, '.' or '..'."),
        _ => null,
    };

    private async Task<Outcome<KeyValueMount>> AskAsync(SecretAddress address, CancellationToken cancellation)
    {
        var call = VaultCall.Get($"sys/internal/ui/mounts/{VaultCall.Escape(address.Path)}", address.ToString());
        if ((await client.SendAsync(call, cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            return reply.IsSuccess && reply.Data.Text("path") is { } path
                ? Add(path, reply.Data)
                : (int)reply.Status is 400 or 403 or 404 ? Unseen(address) : VaultFault.Of(reply, call);
        }
    }

    // Whether there is none, or none that the token may see, the server tells nobody.
    private Failure Unseen(SecretAddress address)
    {
        var known = mounts.Values.Where(static mount => mount.IsKeyValue).Select(mount => $"{address.Store}:{mount.Path}...").Order(StringComparer.Ordinal).ToList();
        return new Failure(FailureCode.AccessDenied, address.ToString(), $"No secrets engine that this token can see is mounted where {address} would be.")
        {
            Remedy = known.Count == 0
                ? "The token's policies name no path of a key-value engine: see `vault secrets list`, and New-StorePolicy."
                : $"It can see {string.Join(", ", known)}.",
        };
    }

    private KeyValueMount Add(string path, System.Text.Json.JsonElement mount)
    {
        var type = mount.Text("type") ?? string.Empty;
        var version = type is "kv" or "generic" ? (mount.Member("options").Text("version") == "2" ? 2 : 1) : 0;
        return mounts[path.Trim('/') + "/"] = new KeyValueMount(path.Trim('/') + "/", type, version);
    }
}
