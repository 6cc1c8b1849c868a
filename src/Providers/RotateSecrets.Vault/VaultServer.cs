using System.Collections.Concurrent;
using RotateSecrets.Outcomes;
using RotateSecrets.Vault.Access;
using RotateSecrets.Vault.Client;
using RotateSecrets.Vault.Login;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault;

/// <summary>A server that we are logged in to.</summary>
/// <param name="Name">The name that addresses use.</param>
/// <param name="Client">Speaks with it.</param>
/// <param name="Keeper">Keeps the token alive.</param>
/// <param name="State">What it is.</param>
/// <param name="Mounts">What is mounted where.</param>
/// <param name="Time">The clock.</param>
internal sealed record VaultServer(string Name, VaultClient Client, TokenKeeper Keeper, ServerState State, MountTable Mounts, TimeProvider Time) : IAsyncDisposable
{
    /// <summary>The rotations under way.</summary>
    public RotationScopes Rotations => Client.Rotations;

    /// <summary>The ids of the requests by which this connection has read values: the audit log calls them by the same ids.</summary>
    public ConcurrentDictionary<string, bool> OwnReads { get; } = new(StringComparer.Ordinal);

    /// <summary>What the token was lately said to be allowed to do.</summary>
    public KnownGrants Grants { get; } = new(Time);

    /// <summary>Sends a call whose refusal is to be explained.</summary>
    /// <param name="call">The call.</param>
    /// <param name="capability">What a policy has to grant for it: create, read, update, delete, list, sudo; several with a space between them.</param>
    /// <param name="expected">The statuses that are answers to the caller, besides success.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>The reply, which the caller disposes of.</returns>
    public async Task<Outcome<VaultReply>> SendAsync(VaultCall call, string capability, IReadOnlyList<int> expected, CancellationToken cancellation)
    {
        if ((await Client.SendAsync(call, cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        if (reply.IsIntact && !reply.IsUpgrading && (reply.IsSuccess || expected.Contains((int)reply.Status)))
        {
            return reply;
        }

        using (reply)
        {
            return (int)reply.Status == 403 && reply.IsIntact ? await RefusalAsync(call, capability, cancellation) : VaultFault.Of(reply, call);
        }
    }

    /// <summary>What a policy has to say for a capability at a path.</summary>
    public static string PolicyLine(string path, params IEnumerable<string> capabilities) =>
        $"path \"{path}\" {{ capabilities = [{string.Join(", ", capabilities.Select(static capability => $"\"{capability}\""))}] }}";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Keeper.DisposeAsync();
        Client.Dispose();
    }

    // The server says the same of a token that is gone and of a policy that is too narrow.
    private async Task<Failure> RefusalAsync(VaultCall call, string capability, CancellationToken cancellation)
    {
        Grants.Forget();
        if (!await TokenKeeper.IsValidAsync(Client, call.Target, cancellation))
        {
            return Keeper.Gone(call.Target);
        }

        var path = VaultFault.PathOf(call);
        var lacking = capability.Split(' ');
        return new Failure(FailureCode.AccessDenied, call.Target, $"The token lacks the {(lacking.Length == 1 ? "capability" : "capabilities")} {string.Join(" and ", lacking.Select(static one => $"'{one}'"))} at {path}.")
        {
            Remedy = $"This line in one of its policies would give it: {PolicyLine(path, lacking)}",
        };
    }
}
