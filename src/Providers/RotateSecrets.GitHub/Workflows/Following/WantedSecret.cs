using RotateSecrets.GitHub.Workflows.Values;

namespace RotateSecrets.GitHub.Workflows.Following;

/// <summary>Which secret is searched for.</summary>
/// <param name="Name">Its name; null for every secret.</param>
internal sealed record WantedSecret(string? Name)
{
    private const string Token = "GITHUB_TOKEN";

    /// <summary>Whether a name is meant. The token that GitHub makes for each job is no secret that anybody stores: it is meant only where it is named.</summary>
    public bool Is(string name) => Name is null ? !name.Equals(Token, StringComparison.OrdinalIgnoreCase) : name.Equals(Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a value that is known only in part may turn out to be a name that is meant.</summary>
    public bool MayBe(StaticValue value) => Name is null || (!Name.Equals(Token, StringComparison.OrdinalIgnoreCase) && value.MayBe(Name));

    /// <summary>Whether all secrets together hold one that is meant.</summary>
    public bool IsAmongAll => Name is null || !Name.Equals(Token, StringComparison.OrdinalIgnoreCase);
}
