using System.Text.RegularExpressions;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Addressing;

/// <summary>What a secret is given to. Each keeps its own secrets; the same name in two of them is two secrets.</summary>
internal enum SecretUse
{
    /// <summary>Runs of GitHub Actions.</summary>
    Actions,

    /// <summary>Dependabot, and the runs that it starts.</summary>
    Dependabot,

    /// <summary>Codespaces.</summary>
    Codespaces,
}

/// <summary>
/// Where a secret lies, as the path of its address says it: <c>owner/repository/NAME</c>, <c>owner/repository/environments/environment/NAME</c>, <c>orgs/organisation/NAME</c>, and the first and the
/// last of these behind <c>dependabot/</c> or <c>codespaces/</c>. The number of parts tells them apart: an owner may be called dependabot, and none can be called orgs.
/// </summary>
/// <param name="Use">What it is given to.</param>
/// <param name="Owner">The owner of the repository, or the organisation.</param>
/// <param name="Repository">The repository's name; null for an organisation's secret.</param>
/// <param name="Environment">The environment; null where it is none's.</param>
/// <param name="Name">The secret's name, in capitals as GitHub keeps it.</param>
internal sealed partial record SecretPlace(SecretUse Use, string Owner, string? Repository, string? Environment, string Name)
{
    private const string Form = "Write owner/repository/NAME, owner/repository/environments/environment/NAME or orgs/organisation/NAME, with dependabot/ or codespaces/ before the first or the last for theirs.";

    /// <summary>The repository as <c>owner/name</c>; null for an organisation's secret.</summary>
    public string? FullRepository => Repository is null ? null : $"{Owner}/{Repository}";

    /// <summary>The API's path of the secrets beside it, without a slash at either end.</summary>
    public string Secrets => (Repository, Environment) switch
    {
        (null, _) => $"orgs/{Escape(Owner)}/{Use.ToString().ToLowerInvariant()}/secrets",
        (_, null) => $"repos/{Escape(Owner)}/{Escape(Repository)}/{Use.ToString().ToLowerInvariant()}/secrets",
        _ => $"repos/{Escape(Owner)}/{Escape(Repository)}/environments/{Escape(Environment)}/secrets",
    };

    /// <summary>The same path with the names left out, as the API's description has it: for messages.</summary>
    public string Template => (Repository, Environment) switch
    {
        (null, _) => $"/orgs/{{org}}/{Use.ToString().ToLowerInvariant()}/secrets",
        (_, null) => $"/repos/{{owner}}/{{repo}}/{Use.ToString().ToLowerInvariant()}/secrets",
        _ => "/repos/{owner}/{repo}/environments/{environment_name}/secrets",
    };

    /// <summary>The permission that a fine-grained token or an app needs for it.</summary>
    public string Permission => (Repository, Environment, Use) switch
    {
        (null, _, SecretUse.Actions) => "Secrets (organization)",
        (null, _, SecretUse.Dependabot) => "Dependabot secrets (organization)",
        (null, _, _) => "Codespaces secrets (organization)",
        (_, not null, _) => "Environments",
        (_, _, SecretUse.Actions) => "Secrets",
        (_, _, SecretUse.Dependabot) => "Dependabot secrets",
        _ => "Codespaces secrets",
    };

    /// <summary>How many secrets its scope takes.</summary>
    /// <remarks>Source: GitHub's page "Secrets reference", section "Limits for secrets".</remarks>
    public int Slots => Repository is null ? 1000 : 100;

    /// <summary>The scope, for people.</summary>
    public string Scope => (Repository, Environment) switch
    {
        (null, _) => $"organisation {Owner}",
        (_, null) => $"repository {Owner}/{Repository}",
        _ => $"environment {Environment} of {Owner}/{Repository}",
    };

    /// <summary>Reads an address.</summary>
    /// <param name="address">The address.</param>
    public static Outcome<SecretPlace> Of(SecretAddress address) => address.Field is not null
        ? new Failure(FailureCode.NotSupported, address.ToString(), $"{address} names a field, and a secret of GitHub is one value: nobody can change a part of what can't be read.")
        {
            Remedy = "Leave the # and what follows it out.",
        }
        : Parse(address.Path) ?? (Outcome<SecretPlace>)new Failure(FailureCode.AddressMalformed, address.ToString(), $"The path of {address} is none of a GitHub secret.") { Remedy = Form };

    /// <summary>The path of the address, by which <see cref="Of"/> finds it again.</summary>
    public string Path
    {
        get
        {
            var own = (Repository, Environment) switch
            {
                (null, _) => $"orgs/{Owner}/{Name}",
                (_, null) => $"{Owner}/{Repository}/{Name}",
                _ => $"{Owner}/{Repository}/environments/{Environment.Replace("%", "%25", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal)}/{Name}",
            };
            return Use == SecretUse.Actions ? own : $"{Use.ToString().ToLowerInvariant()}/{own}";
        }
    }

    private static SecretPlace? Parse(string path)
    {
        var parts = path.Split('/');
        var place = parts switch
        {
            ["orgs", var owner, var name] => new SecretPlace(SecretUse.Actions, owner, null, null, name),
            [var owner, var repository, var name] => new SecretPlace(SecretUse.Actions, owner, repository, null, name),
            ["dependabot", "orgs", var owner, var name] => new SecretPlace(SecretUse.Dependabot, owner, null, null, name),
            ["dependabot", var owner, var repository, var name] => new SecretPlace(SecretUse.Dependabot, owner, repository, null, name),
            ["codespaces", "orgs", var owner, var name] => new SecretPlace(SecretUse.Codespaces, owner, null, null, name),
            ["codespaces", var owner, var repository, var name] => new SecretPlace(SecretUse.Codespaces, owner, repository, null, name),
            [var owner, var repository, "environments", .., var name] when parts.Length >= 5 =>
                new SecretPlace(SecretUse.Actions, owner, repository, Uri.UnescapeDataString(string.Join('/', parts[3..^1])), name),
            _ => null,
        };
        return place is not null && OwnerPattern().IsMatch(place.Owner)
            && (place.Repository is null || (RepositoryPattern().IsMatch(place.Repository) && place.Repository is not ("." or "..")))
            && place.Environment?.Length is null or > 0 and <= 255
            && place.Name.Length > 0
            ? place with { Name = place.Name.ToUpperInvariant() }
            : null;
    }

    private static string Escape(string part) => Uri.EscapeDataString(part);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$", RegexOptions.CultureInvariant, 100)]
    private static partial Regex OwnerPattern();

    [GeneratedRegex("^[A-Za-z0-9._-]{1,100}$", RegexOptions.CultureInvariant, 100)]
    private static partial Regex RepositoryPattern();
}
