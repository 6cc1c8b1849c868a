using RotateSecrets.Local.Keys;
using RotateSecrets.Local.Sqlite;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Journal;

/// <summary>Values that rotations hold until they have ended, sealed and bound to rotation and name.</summary>
internal sealed class SealedValues(SealedFile file)
{
    public const string Tables = "CREATE TABLE sealed (rotation TEXT NOT NULL, name TEXT NOT NULL, piece BLOB NOT NULL, PRIMARY KEY (rotation, name))";

    /// <summary>Keeps a value, unless one is kept under that name; answers with the fingerprint of the one that is kept.</summary>
    public string Keep(string rotation, string name, SecretValue value)
    {
        if (Open(rotation, name).Succeeded(out var kept, out _))
        {
            using (kept)
            {
                return kept.Fingerprint;
            }
        }

        file.Session.Execute(
            "INSERT INTO sealed VALUES ($1, $2, $3)", rotation, name, Sealing.Seal(file.Keys.Sealing, value, BelongsTo(rotation, name)));
        return value.Fingerprint;
    }

    public Outcome<SecretValue> Open(string rotation, string name) =>
        file.Session.Blob("SELECT piece FROM sealed WHERE rotation = $1 AND name = $2", rotation, name) is { } piece
            ? Sealing.Open(file.Keys.Sealing, piece, BelongsTo(rotation, name))
                ?? throw new TamperedException($"the {name} value of the rotation {rotation} doesn't open")
            : new Failure(FailureCode.VersionNotFound, rotation, $"The rotation {rotation} holds no {name} value.");

    public void Forget(string rotation) => file.Session.Execute("DELETE FROM sealed WHERE rotation = $1", rotation);

    private byte[] BelongsTo(string rotation, string name) => new Canonical().Add("sealed").Add(file.Id).Add(rotation).Add(name).ToArray();
}
