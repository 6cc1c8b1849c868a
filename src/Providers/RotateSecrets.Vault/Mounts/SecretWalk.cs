using System.Runtime.CompilerServices;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Vault.Client;

namespace RotateSecrets.Vault.Mounts;

/// <summary>Finds the secrets under a prefix, folder by folder.</summary>
internal sealed class SecretWalk(VaultServer server)
{
    /// <summary>Finds them, in the order of their names.</summary>
    /// <param name="prefix">How their path begins; empty for all that the token sees.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public async IAsyncEnumerable<Outcome<SecretAddress>> FindAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var mounts = server.Mounts.Seen.Where(mount => mount.IsKeyValue
            && (mount.Path.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(mount.Path, StringComparison.Ordinal)));
        foreach (var mount in mounts)
        {
            var inside = prefix.Length > mount.Path.Length ? prefix[mount.Path.Length..] : string.Empty;
            var folders = new Stack<string>([inside[..(inside.LastIndexOf('/') + 1)]]);
            while (folders.TryPop(out var folder))
            {
                if ((await ListAsync(mount, folder, cancellation)).Failed(out var failure, out var names))
                {
                    yield return failure;
                    continue;
                }

                foreach (var name in names.Select(name => folder + name).Where(name => name.StartsWith(inside, StringComparison.Ordinal) || inside.StartsWith(name, StringComparison.Ordinal)))
                {
                    if (name.EndsWith('/'))
                    {
                        folders.Push(name);
                    }
                    else
                    {
                        yield return name.Contains('#')
                            ? new Failure(FailureCode.AddressMalformed, $"{server.Name}:{mount.Path}{folder}", $"The secret {mount.Path}{name} can't be addressed: its name has a '#', behind which an address has a key.") { Remedy = "Give it another name." }
                            : SecretAddress.TryCreate(server.Name, mount.Path + name);
                    }
                }
            }
        }
    }

    private async Task<Outcome<IReadOnlyList<string>>> ListAsync(KeyValueMount mount, string folder, CancellationToken cancellation)
    {
        var path = (mount.Version == 2 ? $"{mount.Path}metadata/{folder}" : mount.Path + folder).TrimEnd('/');
        var call = VaultCall.Get($"{VaultCall.Escape(path)}/?list=true", $"{server.Name}:{mount.Path}{folder}");
        if ((await server.SendAsync(call, "list", [404], cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            return Outcome.Of(reply.Data.Texts("keys"));
        }
    }
}
