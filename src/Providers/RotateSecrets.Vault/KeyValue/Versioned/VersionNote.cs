using System.Globalization;
using RotateSecrets.Secrets;

namespace RotateSecrets.Vault.KeyValue.Versioned;

/// <summary>
/// What a secret's custom metadata says of one of its versions: key <c>rotatesecrets-7</c>, value
/// <c>pending run=4f1c... at=2031-05-04T03:02:01.0000000Z copy=5</c>. Everybody who may list the secret can read it, so it holds no value and no digest of one.
/// </summary>
/// <param name="Stage">What the version is for.</param>
/// <param name="Token">The idempotency token that it was written with: a rotation's id. Empty where none is known.</param>
/// <param name="At">Since when, in UTC.</param>
/// <param name="CopyOf">The version whose value it brought back; 0 for none.</param>
internal sealed record VersionNote(SecretStage Stage, string Token, DateTimeOffset At, int CopyOf = 0)
{
    /// <summary>How the keys begin that are ours.</summary>
    public const string Prefix = "rotatesecrets-";

    /// <summary>Reads a note.</summary>
    /// <returns>The version's number and the note; null where it is somebody else's.</returns>
    public static (int Version, VersionNote Note)? Read(string key, string text)
    {
        if (!key.StartsWith(Prefix, StringComparison.Ordinal)
            || !int.TryParse(key.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            || text.Split(' ') is not [var stage, .. var rest]
            || !Enum.TryParse<SecretStage>(stage, ignoreCase: true, out var named)
            || !Enum.IsDefined(named))
        {
            return null;
        }

        var facts = rest.Select(static part => part.Split('=', 2)).Where(static part => part.Length == 2).ToLookup(static part => part[0], static part => part[1], StringComparer.Ordinal);
        return (version, new VersionNote(
            named,
            Uri.UnescapeDataString(facts["run"].FirstOrDefault() ?? string.Empty),
            DateTimeOffset.TryParse(facts["at"].FirstOrDefault(), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at) ? at : DateTimeOffset.UnixEpoch,
            int.TryParse(facts["copy"].FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var copy) ? copy : 0));
    }

    /// <summary>The key under which the note stands.</summary>
    public static string KeyOf(int version) => FormattableString.Invariant($"{Prefix}{version}");

    /// <summary>The note as it is stored.</summary>
    public override string ToString() => string.Concat(
        Stage.ToString().ToLowerInvariant(),
        Token.Length == 0 ? string.Empty : $" run={Uri.EscapeDataString(Token)}",
        FormattableString.Invariant($" at={At.UtcDateTime:O}"),
        CopyOf == 0 ? string.Empty : FormattableString.Invariant($" copy={CopyOf}"));
}
