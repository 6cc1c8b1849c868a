using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using RotateSecrets.Secrets;
using RotateSecrets.Vault.Client;
using RotateSecrets.Vault.Login;

namespace RotateSecrets.Vault.KeyValue.Versioned;

/// <summary>One version of a secret, as the server lists it.</summary>
/// <param name="Number">Its number.</param>
/// <param name="CreatedAt">When it was written, in UTC.</param>
/// <param name="DeletedAt">When it was or will be deleted so that it can be brought back; null for never.</param>
/// <param name="IsDestroyed">Whether its value is gone for good.</param>
internal sealed record KeyVersion(int Number, DateTimeOffset CreatedAt, DateTimeOffset? DeletedAt, bool IsDestroyed);

/// <summary>All versions of a secret, and what its custom metadata says of them.</summary>
/// <param name="Latest">The number of the version that was written last, whatever became of it: what a compare-and-set write names.</param>
/// <param name="MaxVersions">How many versions are kept; 0 for as many as the mount says.</param>
/// <param name="DeleteAfter">After which time a version is deleted; zero for never, or for what the mount says.</param>
/// <param name="Versions">The versions that the server still lists.</param>
/// <param name="Custom">The custom metadata that isn't ours; null where the server has no such thing.</param>
/// <param name="Notes">What is ours.</param>
internal sealed record KeyMetadata(
    int Latest,
    int MaxVersions,
    TimeSpan DeleteAfter,
    ImmutableSortedDictionary<int, KeyVersion> Versions,
    ImmutableDictionary<string, string>? Custom,
    ImmutableDictionary<int, VersionNote> Notes)
{
    /// <summary>A secret that isn't there.</summary>
    /// <param name="canNote">Whether the server has custom metadata.</param>
    public static KeyMetadata None(bool canNote) => new(
        0, 0, TimeSpan.Zero, ImmutableSortedDictionary<int, KeyVersion>.Empty, canNote ? ImmutableDictionary.Create<string, string>(StringComparer.Ordinal) : null, ImmutableDictionary<int, VersionNote>.Empty);

    /// <summary>Whether notes can be left.</summary>
    public bool CanNote => Custom is not null;

    /// <summary>The versions that an operator sees, youngest first: without those whose value was brought back as a younger one.</summary>
    public IEnumerable<KeyVersion> Listed => Versions.Values.Where(version => SuccessorOf(version.Number) is null).Reverse();

    /// <summary>The version that clients use; null where there is none. Whoever names no version reads the latest: so no older one can be it.</summary>
    public KeyVersion? Current(DateTimeOffset now) =>
        Listed.FirstOrDefault(version => !IsPending(version.Number)) is { IsDestroyed: false } newest && !IsDeleted(newest, now) ? newest : null;

    /// <summary>The candidate; null where there is none.</summary>
    public KeyVersion? Pending => Listed.FirstOrDefault(version => !version.IsDestroyed && IsPending(version.Number));

    /// <summary>What a version is for.</summary>
    public SecretStage StageOf(KeyVersion version, DateTimeOffset now) => version switch
    {
        { IsDestroyed: true } => SecretStage.Revoked,
        _ when IsPending(version.Number) => SecretStage.Pending,
        _ when version == Current(now) => SecretStage.Current,
        _ => SecretStage.Previous,
    };

    /// <summary>A version by its number, or the one that brought its value back.</summary>
    public KeyVersion? Find(string id)
    {
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        while (SuccessorOf(number) is { } successor)
        {
            number = successor;
        }

        return Versions.GetValueOrDefault(number);
    }

    /// <summary>The number and those of all older versions with the same value, which it brought back.</summary>
    public IReadOnlyList<int> WithOriginals(int number)
    {
        var numbers = new List<int> { number };
        while (Notes.TryGetValue(numbers[^1], out var note) && note.CopyOf > 0 && note.CopyOf < numbers[^1])
        {
            numbers.Add(note.CopyOf);
        }

        return numbers;
    }

    public static bool IsDeleted(KeyVersion version, DateTimeOffset now) => version.DeletedAt is { } at && at <= now;

    /// <summary>Reads the answer of <c>GET metadata/</c>.</summary>
    public static KeyMetadata Read(JsonElement data)
    {
        var versions = ImmutableSortedDictionary.CreateBuilder<int, KeyVersion>();
        foreach (var entry in data.Member("versions").Members())
        {
            if (int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var listed))
            {
                versions[listed] = new KeyVersion(
                    listed, entry.Value.Moment("created_time") ?? DateTimeOffset.UnixEpoch, entry.Value.Moment("deletion_time"), entry.Value.Flag("destroyed"));
            }
        }

        var custom = data.Member("custom_metadata");
        var others = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var notes = ImmutableDictionary.CreateBuilder<int, VersionNote>();
        foreach (var member in custom.Members())
        {
            var text = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
            if (VersionNote.Read(member.Name, text) is var (number, note))
            {
                notes[number] = note;
            }
            else
            {
                others[member.Name] = text;
            }
        }

        return new KeyMetadata(
            (int)data.Number("current_version"),
            (int)data.Number("max_versions"),
            GoDuration.TryParse(data.Text("delete_version_after") ?? "0s", out var after) ? after : TimeSpan.Zero,
            versions.ToImmutable(),
            custom.ValueKind == JsonValueKind.Undefined ? null : others.ToImmutable(),
            notes.ToImmutable());
    }

    private bool IsPending(int number) => Notes.TryGetValue(number, out var note) && note.Stage == SecretStage.Pending;

    private int? SuccessorOf(int number) =>
        Notes.Where(pair => pair.Value.CopyOf == number && pair.Key > number && Versions.TryGetValue(pair.Key, out var copy) && !copy.IsDestroyed)
            .Select(static pair => (int?)pair.Key).FirstOrDefault();
}
