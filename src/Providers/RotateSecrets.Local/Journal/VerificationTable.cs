using RotateSecrets.Local.Keys;
using RotateSecrets.Local.Sqlite;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Journal;

/// <summary>Which versions were seen to work.</summary>
internal sealed class VerificationTable(SealedFile file)
{
    public const string Tables =
        """
        CREATE TABLE verification (
            store TEXT NOT NULL, path TEXT NOT NULL, field TEXT NOT NULL, version TEXT NOT NULL, at INTEGER NOT NULL, evidence TEXT NOT NULL,
            mac BLOB NOT NULL, PRIMARY KEY (store, path, field, version))
        """;

    public Verification Record(Verification verification)
    {
        var (address, version) = (verification.Version.Address, verification.Version.Id);
        var at = verification.At.ToUnixTimeMilliseconds();
        file.Session.Execute(
            "INSERT OR REPLACE INTO verification VALUES ($1, $2, $3, $4, $5, $6, $7)",
            verification.Store, address.Path, address.Field ?? string.Empty, version, at, verification.Evidence,
            Mac(verification.Store, address, version, at, verification.Evidence));
        return verification;
    }

    public Outcome<Verification> Find(string store, SecretVersion version)
    {
        var rows = file.Session.Rows(
            "SELECT at, evidence, mac FROM verification WHERE store = $1 AND path = $2 AND field = $3 AND version = $4",
            static row => (At: row.GetInt64(0), Evidence: row.GetString(1), Mac: row.GetFieldValue<byte[]>(2)),
            store, version.Address.Path, version.Address.Field ?? string.Empty, version.Id);
        if (rows is not [var (at, evidence, mac)])
        {
            return new Failure(FailureCode.NotVerified, version.Address.ToString(), $"Version {version.Id} of {version.Address} was never verified.");
        }

        return Mac(store, version.Address, version.Id, at, evidence).AsSpan().SequenceEqual(mac)
            ? new Verification(store, version, DateTimeOffset.FromUnixTimeMilliseconds(at), evidence)
            : throw new TamperedException($"the verification of version {version.Id} of {version.Address} is not what was written");
    }

    private byte[] Mac(string store, SecretAddress address, string version, long at, string evidence) => file.Keys.Authenticate(new Canonical()
        .Add("verification").Add(file.Id).Add(store).Add(address.Path).Add(address.Field).Add(version).Add(at).Add(evidence).ToArray());
}
