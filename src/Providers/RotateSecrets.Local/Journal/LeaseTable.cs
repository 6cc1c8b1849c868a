using System.Globalization;
using RotateSecrets.Local.Processes;
using RotateSecrets.Local.Sqlite;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation;

namespace RotateSecrets.Local.Journal;

/// <summary>Who may rotate which secret. A row stays when its lease is given back, so that the fence keeps rising.</summary>
internal sealed class LeaseTable(SealedFile file, TimeProvider time)
{
    public const string Tables =
        """
        CREATE TABLE lease (
            key TEXT PRIMARY KEY, rotation TEXT NOT NULL, fence INTEGER NOT NULL, holder TEXT NOT NULL, pid INTEGER NOT NULL, started TEXT NOT NULL,
            since INTEGER NOT NULL, expires INTEGER NOT NULL)
        """;

    private static readonly string Holder = FormattableString.Invariant($"{Environment.UserName}@{Environment.MachineName} process {Environment.ProcessId}");

    private long Now => time.GetUtcNow().UtcTicks;

    /// <summary>Takes a lease, within the transaction of the caller.</summary>
    public Outcome<RotationLease> Take(string key, string rotation, TimeSpan term)
    {
        var row = Find(key);
        if (row is { } held && held.Expires > Now && held.Process.IsAlive)
        {
            return new Failure(
                FailureCode.LeaseHeld,
                key,
                $"This secret is being rotated by {held.Holder}, since {Moment(held.Since)} (rotation {held.Rotation}).");
        }

        var fence = (row?.Fence ?? 0) + 1;
        file.Session.Execute(
            "INSERT OR REPLACE INTO lease VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            key, rotation, fence, Holder, ProcessIdentity.Own.Pid, ProcessIdentity.Own.Start, Now, Now + term.Ticks);
        return new RotationLease(key, rotation, fence, Holder);
    }

    /// <summary>Extends a lease.</summary>
    public Outcome<RotationLease> Renew(RotationLease lease, TimeSpan term)
    {
        if (Lost(lease) is { } lost)
        {
            return lost;
        }

        file.Session.Execute("UPDATE lease SET expires = $1 WHERE key = $2", Now + term.Ticks, lease.Key);
        return lease;
    }

    /// <summary>Gives a lease back.</summary>
    public void Release(RotationLease lease) =>
        file.Session.Execute("UPDATE lease SET expires = 0 WHERE key = $1 AND fence = $2", lease.Key, lease.Fence);

    /// <summary>The failure of a lease that somebody else has; null where it still is the caller's.</summary>
    public Failure? Lost(RotationLease lease) => Find(lease.Key) is { } row && row.Fence == lease.Fence
        ? null
        : new Failure(
            FailureCode.LeaseLost,
            lease.Key,
            $"The rotation {lease.RotationId} was taken over by {Find(lease.Key)?.Holder ?? "somebody"}; this process no longer may go on with it.");

    private static string Moment(long ticks) => new DateTimeOffset(ticks, TimeSpan.Zero).ToString("u", CultureInfo.InvariantCulture);

    private Row? Find(string key)
    {
        var rows = file.Session.Rows(
            "SELECT rotation, fence, holder, pid, started, since, expires FROM lease WHERE key = $1",
            static row => new Row(
                row.GetString(0), row.GetInt64(1), row.GetString(2), new ProcessIdentity(row.GetInt32(3), row.GetString(4)), row.GetInt64(5), row.GetInt64(6)),
            key);
        return rows.Count == 0 ? null : rows[0];
    }

    private readonly record struct Row(string Rotation, long Fence, string Holder, ProcessIdentity Process, long Since, long Expires);
}
