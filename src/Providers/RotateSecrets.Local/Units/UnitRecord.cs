using System.Text.Json;
using RotateSecrets.Installation;
using RotateSecrets.Local.Delivery;

namespace RotateSecrets.Local.Units;

/// <summary>What was written for a unit, on disk. It holds no secret.</summary>
/// <param name="RunId">The run in which it was written.</param>
/// <param name="Held">The versions that were written for its next start.</param>
/// <param name="Stale">
/// The start of the unit, by systemd's InvocationID, that was the last one when everything had been written. Every later start has read what was written, whoever
/// caused it, and no clock has a say in that.
/// </param>
internal sealed record UnitRecord(string RunId, IReadOnlyList<HeldVersion> Held, string Stale)
{
    /// <summary>Reads a record; null where there is none, or none that can be read.</summary>
    public static UnitRecord? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<UnitRecord>(File.ReadAllBytes(path)) is { Held: { } held } record && held.All(static one => one is not null) ? record : null;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes the record, whole or not at all.</summary>
    public void Write(string path) => PrivateFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(this));
}
