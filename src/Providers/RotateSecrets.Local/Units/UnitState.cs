using System.Globalization;

namespace RotateSecrets.Local.Units;

/// <summary>What <c>systemctl show</c> says of a unit.</summary>
/// <param name="LoadState">loaded, not-found, masked ...</param>
/// <param name="ActiveState">active, activating, inactive, failed ...</param>
/// <param name="InvocationId">Names this start of the unit, and no other; empty where it was never started.</param>
internal sealed record UnitState(string LoadState, string ActiveState, string InvocationId)
{
    // systemd's way to print a time where the time zone is UTC.
    private const string TimeFormat = "ddd yyyy-MM-dd HH:mm:ss 'UTC'";

    /// <summary>What to ask for.</summary>
    public static IReadOnlyList<string> Properties { get; } =
        [nameof(LoadState), nameof(ActiveState), "InvocationID", "ActiveEnterTimestamp", nameof(Result), nameof(User), "FragmentPath", "DropInPaths"];

    /// <summary>Why it ended: success, exit-code, timeout ...</summary>
    public string Result { get; init; } = string.Empty;

    /// <summary>As whom it runs; empty for the manager's own user.</summary>
    public string User { get; init; } = string.Empty;

    /// <summary>Since when it has been active, in UTC.</summary>
    public DateTimeOffset? ActiveSince { get; init; }

    /// <summary>The files in which it is described.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Whether it runs.</summary>
    public bool IsActive => ActiveState is "active" or "reloading";

    /// <summary>Whether something of it may still run.</summary>
    public bool MayRun => ActiveState is not ("inactive" or "failed");

    /// <summary>Reads what was said: a property a line.</summary>
    public static UnitState Parse(string said)
    {
        var lines = said.Split('\n')
            .Select(static line => line.Split('=', 2))
            .Where(static parts => parts.Length == 2)
            .ToLookup(static parts => parts[0], static parts => parts[1], StringComparer.Ordinal);
        return new UnitState(Only(nameof(LoadState)), Only(nameof(ActiveState)), Only("InvocationID"))
        {
            Result = Only(nameof(Result)),
            User = Only(nameof(User)),
            ActiveSince = DateTimeOffset.TryParseExact(
                Only("ActiveEnterTimestamp"), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since) ? since : null,
            Files = [.. $"{Only("FragmentPath")} {Only("DropInPaths")}".Split(' ', StringSplitOptions.RemoveEmptyEntries)],
        };

        string Only(string property) => lines[property].FirstOrDefault() ?? string.Empty;
    }
}
