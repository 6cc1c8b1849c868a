namespace RotateSecrets.Local.Sqlite;

/// <summary>A row isn't what was written. It ends the work under way and becomes a failure at the edge of the file.</summary>
/// <param name="flaw">What isn't as it should be.</param>
#pragma warning disable CA1032, CA1064, RCS1194 // Thrown and caught within this assembly, always with its flaw.
internal sealed class TamperedException(string flaw) : Exception(flaw);
#pragma warning restore CA1032, CA1064, RCS1194
