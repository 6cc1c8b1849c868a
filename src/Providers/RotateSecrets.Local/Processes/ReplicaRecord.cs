using System.Text.Json;
using RotateSecrets.Installation;
using RotateSecrets.Local.Services;

namespace RotateSecrets.Local.Processes;

/// <summary>What is known of an instance, on disk: written before it is started, and again once it is known which process it is. It holds no secret.</summary>
/// <param name="Generation">Rises with every start; its number's file is named after it.</param>
/// <param name="RunId">The run in which it was started.</param>
/// <param name="Marker">What its environment carries, so that it is told from a process that got its number later.</param>
/// <param name="Held">The versions that it was given.</param>
/// <param name="IntendedAt">When it was about to be started, in UTC.</param>
internal sealed record ReplicaRecord(
    int Generation, string RunId, string Marker, IReadOnlyList<HeldVersion> Held, DateTimeOffset IntendedAt)
{
    /// <summary>Which process it is; null as long as that isn't known.</summary>
    public ProcessIdentity? Process { get; init; }

    /// <summary>When it was seen to be started, in UTC.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Whether it was seen healthy.</summary>
    public bool WasHealthy { get; init; }

    /// <summary>Reads a record; null where there is none, or none that can be read.</summary>
    public static ReplicaRecord? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ReplicaRecord>(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes the record, whole or not at all.</summary>
    public void Write(string path) => PrivateFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(this));
}
