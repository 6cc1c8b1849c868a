using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using RotateSecrets.Local.Keys;
using RotateSecrets.Local.Sqlite;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Local.Journal;

/// <summary>
/// The events, each chained by its code to the one before, which may be another rotation's, and by number to the one before of its own rotation; and a head that
/// knows the last.
/// </summary>
internal sealed class EventTable(SealedFile file)
{
    public const string Tables =
        """
        CREATE TABLE event (
            sequence INTEGER PRIMARY KEY, rotation TEXT NOT NULL, previous INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, step INTEGER, stepKind TEXT,
            message TEXT NOT NULL, code TEXT, facts TEXT NOT NULL, mac BLOB NOT NULL);
        CREATE INDEX eventOfRotation ON event (rotation, sequence);
        CREATE TABLE head (count INTEGER NOT NULL, last BLOB NOT NULL, mac BLOB NOT NULL)
        """;

    private const string Columns = "sequence, rotation, previous, at, kind, step, stepKind, message, code, facts, mac";

    private static byte[] FirstLink => new byte[HMACSHA256.HashSizeInBytes];

    /// <summary>Writes the head of an empty chain.</summary>
    public static void Fill(SqliteSession session, byte[] fileId, KeyRing keys) =>
        session.Execute("INSERT INTO head VALUES (0, $1, $2)", FirstLink, HeadMac(0, FirstLink, fileId, keys));

    /// <summary>Appends an event, within the transaction of the caller.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="previous">The last event of its rotation so far; 0 for none.</param>
    public RotationEvent Append(RotationEvent happened, long previous)
    {
        var (count, last) = Head();
        var entry = happened with { Sequence = count + 1 };
        var row = Row.Of(entry, previous);
        var mac = row.Mac(last, file);
        file.Session.Execute(
            $"INSERT INTO event ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            row.Sequence, row.Rotation, row.Previous, row.At, row.Kind, row.Step, row.StepKind, row.Message, row.Code, row.Facts, mac);
        file.Session.Execute(
            "UPDATE head SET count = $1, last = $2, mac = $3", row.Sequence, mac, HeadMac(row.Sequence, mac, file.Id, file.Keys));
        return entry;
    }

    /// <summary>Whether there are events of a rotation.</summary>
    public bool Has(string rotation) => file.Session.Scalar("SELECT 1 FROM event WHERE rotation = $1 LIMIT 1", rotation) is not null;

    /// <summary>Reads the events of a rotation, and checks each against the one before it in the journal, and that none is missing.</summary>
    /// <param name="rotation">The rotation.</param>
    /// <param name="last">Its last event.</param>
    public IReadOnlyList<RotationEvent> Read(string rotation, long last)
    {
        Head();
        var rows = file.Session.Rows(
            $"SELECT {Columns}, (SELECT mac FROM event AS before WHERE before.sequence = event.sequence - 1) FROM event WHERE rotation = $1 ORDER BY sequence",
            static row => (Row: Row.Read(row), Mac: row.GetFieldValue<byte[]>(10), Before: row.IsDBNull(11) ? null : row.GetFieldValue<byte[]>(11)),
            rotation);
        var previous = 0L;
        foreach (var (row, mac, before) in rows)
        {
            if (before is null && row.Sequence != 1)
            {
                throw new TamperedException($"event {row.Sequence - 1} is missing, before an event of the rotation {rotation}");
            }

            if (!row.Mac(before ?? FirstLink, file).AsSpan().SequenceEqual(mac))
            {
                throw new TamperedException($"event {row.Sequence}, of the rotation {rotation}, is not what was written");
            }

            if (row.Previous != previous)
            {
                throw Missing(row.Previous, rotation);
            }

            previous = row.Sequence;
        }

        if (previous != last)
        {
            throw Missing(last, rotation);
        }

        return rows.ConvertAll(static row => row.Row.ToEvent());
    }

    /// <summary>Sees that the last event is still there.</summary>
    public (long Count, byte[] Last) Head()
    {
        var heads = file.Session.Rows(
            "SELECT count, last, mac, (SELECT mac FROM event WHERE sequence = head.count), (SELECT max(sequence) FROM event) FROM head",
            static row => (
                Count: row.GetInt64(0),
                Last: row.GetFieldValue<byte[]>(1),
                Mac: row.GetFieldValue<byte[]>(2),
                Found: row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3),
                Youngest: row.IsDBNull(4) ? 0 : row.GetInt64(4)));
        if (heads is not [var head] || !HeadMac(head.Count, head.Last, file.Id, file.Keys).AsSpan().SequenceEqual(head.Mac))
        {
            throw new TamperedException("the head of its chain of events was altered");
        }

        if (head.Youngest != head.Count || !(head.Found ?? FirstLink).AsSpan().SequenceEqual(head.Last))
        {
            throw new TamperedException($"event {head.Count}, the last one, is missing or not what was written");
        }

        return (head.Count, head.Last);
    }

    private static TamperedException Missing(long sequence, string rotation) => new($"event {sequence}, of the rotation {rotation}, is missing");

    private static byte[] HeadMac(long count, byte[] last, byte[] fileId, KeyRing keys) =>
        keys.Authenticate(new Canonical().Add("head").Add(fileId).Add(count).Add(last).ToArray());

    private sealed record Row(
        long Sequence, string Rotation, long Previous, long At, string Kind, long? Step, string? StepKind, string Message, string? Code, string Facts)
    {
        public static Row Of(RotationEvent happened, long previous) => new(
            happened.Sequence,
            happened.RotationId,
            previous,
            happened.At.UtcTicks,
            happened.Kind.ToString(),
            happened.Step,
            happened.StepKind?.ToString(),
            happened.Message,
            happened.Code?.ToString(),
            JsonSerializer.Serialize(new SortedDictionary<string, string>(happened.Facts.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal)));

        public static Row Read(SqliteDataReader row) => new(
            row.GetInt64(0),
            row.GetString(1),
            row.GetInt64(2),
            row.GetInt64(3),
            row.GetString(4),
            row.IsDBNull(5) ? null : row.GetInt64(5),
            row.IsDBNull(6) ? null : row.GetString(6),
            row.GetString(7),
            row.IsDBNull(8) ? null : row.GetString(8),
            row.GetString(9));

        public byte[] Mac(byte[] before, SealedFile file) => file.Keys.Authenticate(new Canonical()
            .Add("event").Add(file.Id).Add(before).Add(Sequence).Add(Rotation).Add(Previous).Add(At).Add(Kind).Add(Step ?? -1).Add(StepKind).Add(Message).Add(Code).Add(Facts).ToArray());

        public RotationEvent ToEvent() => new(Rotation, new DateTimeOffset(At, TimeSpan.Zero), Enum.Parse<RotationEventKind>(Kind))
        {
            Sequence = Sequence,
            Step = (int?)Step,
            StepKind = StepKind is null ? null : Enum.Parse<StepKind>(StepKind),
            Message = Message,
            Code = Code is null ? null : Enum.Parse<FailureCode>(Code),
            Facts = JsonSerializer.Deserialize<Dictionary<string, string>>(Facts)!,
        };
    }
}
