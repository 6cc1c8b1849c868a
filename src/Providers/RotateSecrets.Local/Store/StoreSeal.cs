using System.Security.Cryptography;
using RotateSecrets.Local.Keys;

namespace RotateSecrets.Local.Store;

/// <summary>
/// One row that authenticates all others: how many versions there are, the sum (XOR) of their codes, and the head of the audit log. It is
/// written with every change, so a row that was added, taken away or put back doesn't go unseen.
/// </summary>
internal sealed record StoreSeal(long Count, byte[] Sum, long Events, byte[] Head, byte[] Mac)
{
    public const string Table =
        "CREATE TABLE seal (count INTEGER NOT NULL, sum BLOB NOT NULL, events INTEGER NOT NULL, head BLOB NOT NULL, mac BLOB NOT NULL)";

    public static StoreSeal Empty(byte[] fileId, KeyRing keys) =>
        Of(0, new byte[HMACSHA256.HashSizeInBytes], 0, new byte[HMACSHA256.HashSizeInBytes], fileId, keys);

    public static StoreSeal Of(long count, byte[] sum, long events, byte[] head, byte[] fileId, KeyRing keys) =>
        new(count, sum, events, head, Code(count, sum, events, head, fileId, keys));

    /// <summary>Adds a version's code, or takes it out: XOR does both.</summary>
    public static byte[] Toggle(byte[] sum, byte[] mac)
    {
        var toggled = new byte[sum.Length];
        for (var i = 0; i < sum.Length; i++)
        {
            toggled[i] = (byte)(sum[i] ^ mac[i]);
        }

        return toggled;
    }

    public bool IsGenuine(byte[] fileId, KeyRing keys) =>
        Sum.Length == HMACSHA256.HashSizeInBytes
        && CryptographicOperations.FixedTimeEquals(Mac, Code(Count, Sum, Events, Head, fileId, keys));

    private static byte[] Code(long count, byte[] sum, long events, byte[] head, byte[] fileId, KeyRing keys) =>
        keys.Authenticate(new Canonical().Add("seal").Add(fileId).Add(count).Add(sum).Add(events).Add(head).ToArray());
}
