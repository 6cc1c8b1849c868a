using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Examples.Proxy;

/// <summary>What the environment says, read once: a running replica doesn't notice a new secret until it is restarted.</summary>
/// <param name="Replica">The name of this replica, as its answers give it.</param>
/// <param name="Keys">The keys that tokens may be signed with; the current one first.</param>
/// <param name="Drain">How long requests are still served after the replica has said that it is about to stop.</param>
internal sealed record ProxySettings(string Replica, IReadOnlyList<byte[]> Keys, TimeSpan Drain)
{
    /// <summary>EX_CONFIG of sysexits.h: it can't start as it is configured, and to try again won't help.</summary>
    public const int ExitCode = 78;

    private const string Current = "PROXY_JWT_SECRET";

    // While a secret is rotated, the one to come or the one that was is accepted too: so no caller is ever turned away.
    private static readonly string[] Secrets = [Current, "PROXY_JWT_SECRET_PENDING", "PROXY_JWT_SECRET_PREVIOUS"];

    public static bool TryRead(
        Func<string, string?> variable, [NotNullWhen(true)] out ProxySettings? settings, [NotNullWhen(false)] out string? problem)
    {
        settings = null;
        if (string.IsNullOrWhiteSpace(variable(Current)))
        {
            problem = $"{Current} is not set. Set it to the secret that callers sign their tokens with.";
            return false;
        }

        if (!int.TryParse(variable("PROXY_DRAIN_MILLISECONDS") ?? "500", NumberStyles.None, CultureInfo.InvariantCulture, out var drain))
        {
            problem = "PROXY_DRAIN_MILLISECONDS is not a whole number of milliseconds.";
            return false;
        }

        // An empty secret is none: a key that is empty is one that anybody has.
        var secrets = Secrets.Select(variable).OfType<string>().Where(static text => !string.IsNullOrWhiteSpace(text));
        var replica = variable("PROXY_REPLICA") ?? Environment.MachineName;
        settings = new ProxySettings(replica, [.. secrets.Select(Encoding.UTF8.GetBytes)], TimeSpan.FromMilliseconds(drain));
        problem = null;
        return true;
    }
}
