namespace RotateSecrets.Kubernetes.Store;

/// <summary>The names of Secrets that hold a candidate beside another: its name, and the run.</summary>
internal static class SideName
{
    private const int ShortRun = 8;
    private const int LongestName = 253;

    /// <summary>The second name.</summary>
    /// <param name="name">The Secret.</param>
    /// <param name="runId">The run.</param>
    public static string Of(string name, string runId)
    {
        var suffix = Suffix(runId);
        return name.Length + suffix.Length > LongestName ? name[..(LongestName - suffix.Length)] + suffix : name + suffix;
    }

    /// <summary>The Secret beside which one of a run is made; null where the name is none of that run's.</summary>
    /// <param name="name">The second name.</param>
    /// <param name="runId">The run.</param>
    public static string? BaseOf(string name, string runId) => Suffix(runId) is var suffix && name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : null;

    private static string Suffix(string runId)
    {
        var letters = new string([.. runId.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant).Take(ShortRun)]);
        return $"-{letters}";
    }
}
