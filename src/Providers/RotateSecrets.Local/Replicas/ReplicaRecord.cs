using System.Text.Json;
using RotateSecrets.Installation;
using RotateSecrets.Local.Delivery;

namespace RotateSecrets.Local.Replicas;

/// <summary>
/// What an instance was started with, on disk: written before it is started. Which process came of it, the process itself writes into the file of its generation, so
/// that there is no instant at which only this program knows. It holds no secret.
/// </summary>
/// <param name="Generation">Rises with every start.</param>
/// <param name="RunId">The run in which it was started.</param>
/// <param name="Held">The versions that it was given.</param>
/// <param name="StartedAt">When, in UTC.</param>
internal sealed record ReplicaRecord(int Generation, string RunId, IReadOnlyList<HeldVersion> Held, DateTimeOffset StartedAt)
{
    /// <summary>Reads a record; null where there is none, or none that can be read.</summary>
    public static ReplicaRecord? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ReplicaRecord>(File.ReadAllBytes(path)) is { Held: { } held } record && held.All(static one => one is not null) ? record : null;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes the record, whole or not at all.</summary>
    public void Write(string path) => PrivateFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(this));
}
