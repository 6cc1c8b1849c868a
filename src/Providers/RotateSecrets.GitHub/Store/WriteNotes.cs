using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RotateSecrets.GitHub.Addressing;
using RotateSecrets.Installation;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Store;

/// <summary>The last write of this installation to a secret: GitHub keeps no notes, so that one that was repeated, or whose answer was lost, is told by this.</summary>
/// <param name="Token">The idempotency token.</param>
/// <param name="Fingerprint">The value's fingerprint.</param>
/// <param name="Before">The id of the version that was there before; null where there was none or nobody looked.</param>
/// <param name="SentAt">The server's clock just before it was sent.</param>
/// <param name="After">The id of the version that was written; null as long as no answer has come.</param>
internal sealed record WriteNote(string Token, string Fingerprint, string? Before, DateTimeOffset SentAt, string? After)
{
    // A request that is sent is carried out within its time limit, or not at all.
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(2);

    /// <summary>Whether a version is what was written.</summary>
    public bool Fits(SecretRecord record) => After is not null
        ? record.Id == After
        : record.Id != Before && record.UpdatedAt >= SentAt - TimeSpan.FromSeconds(2) && record.UpdatedAt <= SentAt + Window;
}

/// <summary>Keeps the notes, one file for each secret. They hold no secret.</summary>
/// <param name="folder">Where.</param>
/// <param name="server">The server that the secrets are on.</param>
internal sealed class WriteNotes(string folder, string server)
{
    /// <summary>The note of a secret; null where there is none that can be read.</summary>
    public WriteNote? Find(SecretPlace place)
    {
        try
        {
            return JsonSerializer.Deserialize<WriteNote>(File.ReadAllBytes(FileOf(place)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Notes a write; where that can't be done, it must not be made.</summary>
    public Failure? Keep(SecretPlace place, SecretAddress address, WriteNote note)
    {
        try
        {
            PrivateFile.Replace(FileOf(place), JsonSerializer.SerializeToUtf8Bytes(note));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e is IOException disk && DiskFault.IsDiskFull(disk)
                ? new Failure(FailureCode.DiskFull, address.ToString(), $"There is no room in {folder} for the note of the write, so nothing was written.")
                : new Failure(FailureCode.AccessDenied, address.ToString(), $"The note of the write can't be written to {folder}, so nothing was written.");
        }
    }

    private string FileOf(SecretPlace place) => Path.Combine(
        folder, "writes", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{server} {place.Path}".ToLowerInvariant())))[..32].ToLowerInvariant() + ".json");
}
