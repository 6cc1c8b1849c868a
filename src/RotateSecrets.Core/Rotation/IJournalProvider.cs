using RotateSecrets.Outcomes;

namespace RotateSecrets.Rotation;

/// <summary>A provider that can keep the journal.</summary>
public interface IJournalProvider
{
    /// <summary>Opens the journal, and makes it where there is none.</summary>
    /// <param name="path">The journal's file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up at once.</param>
    Task<Outcome<IRotationJournal>> OpenJournalAsync(string path, TimeProvider time, CancellationToken cancellation);
}
