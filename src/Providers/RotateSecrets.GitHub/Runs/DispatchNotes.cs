using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RotateSecrets.Installation;

namespace RotateSecrets.GitHub.Runs;

/// <summary>A run that was asked for.</summary>
/// <param name="SentAt">The server's clock just before it was asked for.</param>
/// <param name="Run">The run's id; null as long as it isn't known.</param>
/// <param name="HasPassed">Whether it has ended well.</param>
internal sealed record DispatchNote(DateTimeOffset SentAt, long? Run, bool HasPassed);

/// <summary>Remembers which runs were asked for, so that after a death the same one is followed and no second one is made.</summary>
/// <param name="folder">Where.</param>
/// <param name="server">The server.</param>
internal sealed class DispatchNotes(string folder, string server)
{
    /// <summary>The note of a run; null where there is none.</summary>
    public DispatchNote? Find(string repository, string workflow, string token)
    {
        try
        {
            return JsonSerializer.Deserialize<DispatchNote>(File.ReadAllBytes(FileOf(repository, workflow, token)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Notes a run. Where that can't be done, a repetition looks for the run by its name alone.</summary>
    public void Keep(string repository, string workflow, string token, DispatchNote note)
    {
        try
        {
            PrivateFile.Replace(FileOf(repository, workflow, token), JsonSerializer.SerializeToUtf8Bytes(note));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A run that is made twice does no harm: it verifies twice.
        }
    }

    /// <summary>Forgets a run: the next demand makes another.</summary>
    public void Drop(string repository, string workflow, string token)
    {
        try
        {
            File.Delete(FileOf(repository, workflow, token));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is then taken for the run that failed, and said so.
        }
    }

    private string FileOf(string repository, string workflow, string token) => Path.Combine(
        folder, "dispatches", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{server} {repository} {workflow} {token}".ToLowerInvariant())))[..32].ToLowerInvariant() + ".json");
}
