using System.Collections.Concurrent;
using System.Globalization;
using RotateSecrets.Vault.Client;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault.Audit;

/// <summary>
/// Tells which version an HMAC in an audit log stands for: the server makes the HMACs of the numbers that come into question, with the keys of its devices. Where the token may not ask,
/// nothing is told. Source: the API's page "/sys/audit-hash".
/// </summary>
internal sealed class HashBook(VaultServer server)
{
    // A secret keeps ten versions unless it is told otherwise; older numbers than these stand for values that are long gone.
    private const int Reach = 64;

    private readonly ConcurrentDictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Device, int Number), bool> asked = new();
    private IReadOnlyList<string>? devices;

    /// <summary>Finds the number behind an HMAC.</summary>
    /// <param name="hash">The HMAC.</param>
    /// <param name="wanted">The version that is looked for; null for any.</param>
    /// <param name="place">The secret; null where any may be meant.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>The number; null where it is none of those, or the token may not ask.</returns>
    public async Task<int?> FindAsync(string hash, string? wanted, SecretPlace? place, CancellationToken cancellation)
    {
        if (numbers.TryGetValue(hash, out var known))
        {
            return known;
        }

        devices ??= await DevicesAsync(cancellation);
        var newest = int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var one) ? one : place is null ? Reach : await LatestAsync(place, cancellation);
        for (var number = newest; number > (one > 0 ? one - 1 : Math.Max(0, newest - Reach)) && devices.Count > 0; number--)
        {
            foreach (var device in devices.Where(device => asked.TryAdd((device, number), true)))
            {
                if (await HashAsync(device, number, cancellation) is not { } made)
                {
                    devices = [.. devices.Where(other => other != device)];
                    continue;
                }

                numbers[made] = number;
                if (made == hash)
                {
                    return number;
                }
            }
        }

        return null;
    }

    private async Task<int> LatestAsync(SecretPlace place, CancellationToken cancellation)
    {
        if (place.Mount.Version != 2 || (await server.Client.SendAsync(VaultCall.Get(VaultCall.Escape(place.At("metadata")), place.Path), cancellation)).Failed(out _, out var reply))
        {
            return 0;
        }

        using (reply)
        {
            return (int)reply.Data.Number("current_version");
        }
    }

    // Whoever may not list the devices tries the name that they have by default.
    private async Task<IReadOnlyList<string>> DevicesAsync(CancellationToken cancellation)
    {
        if ((await server.Client.SendAsync(VaultCall.Get("sys/audit", server.Name), cancellation)).Failed(out _, out var reply))
        {
            return [];
        }

        using (reply)
        {
            return reply.IsSuccess ? [.. reply.Data.Members().Select(static device => device.Name.Trim('/'))] : ["file", "socket"];
        }
    }

    private async Task<string?> HashAsync(string device, int number, CancellationToken cancellation)
    {
        var call = VaultCall.Post($"sys/audit-hash/{VaultCall.Escape(device)}", server.Name, body =>
        {
            body.WriteStartObject();
            body.WriteString("input", number.ToString(CultureInfo.InvariantCulture));
            body.WriteEndObject();
        }) with { IsRepeatable = true };
        if ((await server.Client.SendAsync(call, cancellation)).Failed(out _, out var reply))
        {
            return null;
        }

        using (reply)
        {
            return reply.IsSuccess ? reply.Data.Text("hash") : null;
        }
    }
}
