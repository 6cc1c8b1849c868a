using RotateSecrets.Local.Sqlite;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Local.Journal;

/// <summary>Finds rotations without folding the events of all.</summary>
internal sealed class RotationIndex(SealedFile file)
{
    public const string Tables =
        """
        CREATE TABLE rotation (id TEXT PRIMARY KEY, key TEXT NOT NULL, state TEXT NOT NULL, started INTEGER NOT NULL, number INTEGER NOT NULL);
        CREATE INDEX rotationOfKey ON rotation (key, state);
        CREATE INDEX rotationInState ON rotation (state, started)
        """;

    /// <summary>Notes where a rotation stands, within the transaction of the caller.</summary>
    public void Note(RotationEvent happened, RotationState state, string key) => file.Session.Execute(
        "INSERT INTO rotation VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET state = excluded.state WHERE state <> excluded.state",
        happened.RotationId, key, state.ToString(), happened.At.UtcTicks, happened.Sequence);

    /// <summary>The ids of the rotations that a query wants, youngest first.</summary>
    public IReadOnlyList<string> Find(RotationQuery query)
    {
        // At most seven states, each a name of ours: so they may stand in the text.
        var states = query.States is null ? string.Empty : $"AND state IN ({string.Join(", ", query.States.Select(static state => $"'{state}'"))})";
        return file.Session.Rows(
            $"SELECT id FROM rotation WHERE ($1 IS NULL OR key = $1) {states} AND started >= $2 ORDER BY number DESC LIMIT $3",
            static row => row.GetString(0),
            query.Key, query.Since?.UtcTicks ?? 0, query.Limit ?? -1);
    }
}
