using RotateSecrets.GitHub.References;

namespace RotateSecrets.GitHub.Workflows.Following;

/// <summary>A reference while it is followed: what is handed on may be used in further files.</summary>
/// <param name="Number">Which one of its workflow.</param>
/// <param name="Reference">The reference.</param>
internal sealed record Origin(int Number, SecretReference Reference)
{
    private HashSet<ReferenceSpot>? uses;

    /// <summary>Adds a place where what was handed on is used.</summary>
    public void UsedAt(ReferenceSpot spot) => (uses ??= []).Add(spot);

    /// <summary>The reference with all those places.</summary>
    public SecretReference Complete() => uses is null ? Reference : Reference with
    {
        Uses = [.. uses.OrderBy(static spot => spot.Path, StringComparer.Ordinal).ThenBy(static spot => spot.Line).ThenBy(static spot => spot.Column)],
    };
}

/// <summary>Which secrets a workflow has.</summary>
/// <param name="Named">Those that it was given, by its own names for them; null where it has all of the repository that runs it.</param>
internal sealed record HandedSecrets(IReadOnlyDictionary<string, IReadOnlyList<Origin>>? Named)
{
    /// <summary>All secrets of the repository.</summary>
    public static HandedSecrets All { get; } = new((IReadOnlyDictionary<string, IReadOnlyList<Origin>>?)null);

    /// <summary>The same for the same secrets under the same names.</summary>
    public string Key => Named is null ? "*" : string.Join(';', Named
        .OrderBy(static one => one.Key, StringComparer.OrdinalIgnoreCase)
        .Select(static one => $"{one.Key.ToUpperInvariant()}={string.Join(',', one.Value.Select(static origin => origin.Number))}"));
}
