using RotateSecrets.Outcomes;
using RotateSecrets.Vault.Client;

namespace RotateSecrets.Vault.Access;

/// <summary>What a token may do at paths. Source: the API's page "/sys/capabilities-self".</summary>
internal static class Capabilities
{
    /// <summary>Asks for the client's own token: one request, however many paths there are.</summary>
    /// <returns>The capabilities, by path.</returns>
    public static async Task<Outcome<Dictionary<string, IReadOnlyList<string>>>> OfAsync(
        VaultClient client, IReadOnlyList<string> paths, string target, CancellationToken cancellation)
    {
        var call = Question(paths, target);
        return (await client.SendAsync(call, cancellation)).Failed(out var failure, out var reply) ? failure : Read(reply, call, paths);
    }

    /// <summary>The request.</summary>
    public static VaultCall Question(IReadOnlyList<string> paths, string target) => VaultCall.Post("sys/capabilities-self", target, body =>
    {
        body.WriteStartObject();
        body.WriteStartArray("paths");
        foreach (var path in paths)
        {
            body.WriteStringValue(path);
        }

        body.WriteEndArray();
        body.WriteEndObject();
    }) with { IsRepeatable = true };

    /// <summary>Reads the answer, and disposes of it.</summary>
    public static Outcome<Dictionary<string, IReadOnlyList<string>>> Read(VaultReply reply, VaultCall call, IReadOnlyList<string> paths)
    {
        using (reply)
        {
            if (!reply.IsSuccess)
            {
                return VaultFault.Of(reply, call);
            }

            var data = reply.Data;
            return paths.ToDictionary(static path => path, path => data.Texts(path), StringComparer.Ordinal);
        }
    }
}
