using RotateSecrets.GitHub.Addressing;

namespace RotateSecrets.GitHub.Changes;

/// <summary>The branches on which changes are proposed: one for each rotation, change and branch that it is meant for.</summary>
internal static class ProposalBranch
{
    private const string Prefix = "rotatesecrets/";
    private const int LongestRun = 12;

    /// <summary>Whether a branch is such a one: what stands there is no consumer, as long as nobody has accepted it.</summary>
    public static bool Is(string branch) => branch.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The branch for a change.</summary>
    /// <param name="run">The rotation, or whatever else the change belongs to.</param>
    /// <param name="from">The secret that is pointed to now.</param>
    /// <param name="to">The secret that is to be pointed to.</param>
    /// <param name="onto">The branch that it is meant for.</param>
    public static string Of(string run, SecretPlace from, SecretPlace to, string onto)
    {
        var id = new string([.. run.Where(char.IsAsciiLetterOrDigit).Take(LongestRun)]);
        return $"{Prefix}{id}/{from.Name}-to-{to.Name}/{onto}";
    }
}
