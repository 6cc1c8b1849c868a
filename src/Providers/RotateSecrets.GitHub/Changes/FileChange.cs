namespace RotateSecrets.GitHub.Changes;

/// <summary>A file that is to be changed.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Before">What it holds.</param>
/// <param name="After">What it is to hold.</param>
/// <param name="Mode">Git's mode of it, which stays.</param>
internal sealed record FileChange(string Path, ReadOnlyMemory<byte> Before, byte[] After, string Mode)
{
    /// <summary>The difference, as git shows it.</summary>
    public string Diff => UnifiedDiff.Of(Path, Before.Span, After);
}

/// <summary>What is to be changed on a branch.</summary>
/// <param name="Sha">The commit that it was worked out for.</param>
/// <param name="Files">The files; none where it is so already.</param>
internal sealed record BranchChange(string Sha, IReadOnlyList<FileChange> Files)
{
    /// <summary>The difference, as git shows it.</summary>
    public string Diff => string.Concat(Files.Select(static file => file.Diff));
}
