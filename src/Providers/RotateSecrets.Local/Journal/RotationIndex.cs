using Microsoft.Data.Sqlite;
using RotateSecrets.Local.Keys;
using RotateSecrets.Local.Sqlite;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Local.Journal;

/// <summary>Finds rotations without folding the events of all, and knows the last event of each.</summary>
internal sealed class RotationIndex(SealedFile file)
{
    public const string Tables =
        """
        CREATE TABLE rotation (
            id TEXT PRIMARY KEY, key TEXT NOT NULL, state TEXT NOT NULL, started INTEGER NOT NULL, number INTEGER NOT NULL UNIQUE, last INTEGER NOT NULL, mac BLOB NOT NULL);
        CREATE INDEX rotationOfKey ON rotation (key, state, number);
        CREATE INDEX rotationInState ON rotation (state, number)
        """;

    private const string Columns = "id, key, state, started, number, last, mac";

    public static TamperedException Missing(string id) => new($"the note of the rotation {id} is missing");

    /// <summary>Notes where a rotation stands, within the transaction of the caller.</summary>
    /// <param name="happened">Its last event.</param>
    /// <param name="state">Where it stands.</param>
    /// <param name="earlier">What was noted of it before; null where this is its first event.</param>
    /// <param name="key">Its secret, where this is its first event.</param>
    public void Note(RotationEvent happened, RotationState state, Entry? earlier, string key)
    {
        var entry = (earlier ?? new Entry(happened.RotationId, key, string.Empty, happened.At.UtcTicks, happened.Sequence, 0)) with
        {
            State = state.ToString(),
            Last = happened.Sequence,
        };
        if (earlier?.State == entry.State)
        {
            // Most events change nothing that stands in an index, and then none is written.
            file.Session.Execute("UPDATE rotation SET last = $1, mac = $2 WHERE id = $3", entry.Last, entry.Mac(file), entry.Id);
        }
        else
        {
            file.Session.Execute(
                $"INSERT INTO rotation ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET state = $3, last = $6, mac = $7",
                entry.Id, entry.Key, entry.State, entry.Started, entry.Number, entry.Last, entry.Mac(file));
        }
    }

    /// <summary>What was noted of a rotation; null where nothing was.</summary>
    public Entry? Of(string id) => Read($"SELECT {Columns} FROM rotation WHERE id = $1", id) is [var entry] ? entry : null;

    /// <summary>The ids of the rotations that a query wants, youngest first.</summary>
    public IReadOnlyList<string> Find(RotationQuery query)
    {
        // Only what narrows the choice stands in the text: so SQLite can take the index that fits.
        var conditions = new List<string>();
        var values = new List<object?>();
        if (query.Key is { } key)
        {
            values.Add(key);
            conditions.Add($"key = ${values.Count}");
        }

        if (query.States is { } states)
        {
            // At most seven, each a name of ours.
            conditions.Add($"state IN ({string.Join(", ", states.Select(static state => $"'{state}'"))})");
        }

        if (query.Since is { } since)
        {
            values.Add(since.UtcTicks);
            conditions.Add($"started >= ${values.Count}");
        }

        values.Add(query.Limit ?? -1);
        var where = conditions.Count == 0 ? string.Empty : $"WHERE {string.Join(" AND ", conditions)}";
        return Read($"SELECT {Columns} FROM rotation {where} ORDER BY number DESC LIMIT ${values.Count}", [.. values]).ConvertAll(static entry => entry.Id);
    }

    private List<Entry> Read(string sql, params ReadOnlySpan<object?> values)
    {
        var rows = file.Session.Rows(sql, static row => (Entry: Entry.Read(row), Mac: row.GetFieldValue<byte[]>(6)), values);
        foreach (var (entry, mac) in rows)
        {
            if (!entry.Mac(file).AsSpan().SequenceEqual(mac))
            {
                throw new TamperedException($"the note of the rotation {entry.Id} is not what was written");
            }
        }

        return rows.ConvertAll(static row => row.Entry);
    }

    /// <summary>What is noted of a rotation.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Key">Its secret.</param>
    /// <param name="State">Where it stands.</param>
    /// <param name="Started">When it was begun, in ticks of UTC.</param>
    /// <param name="Number">Its first event.</param>
    /// <param name="Last">Its last event.</param>
    internal sealed record Entry(string Id, string Key, string State, long Started, long Number, long Last)
    {
        public static Entry Read(SqliteDataReader row) =>
            new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5));

        public byte[] Mac(SealedFile file) =>
            file.Keys.Authenticate(new Canonical().Add("rotation").Add(file.Id).Add(Id).Add(Key).Add(State).Add(Started).Add(Number).Add(Last).ToArray());
    }
}
