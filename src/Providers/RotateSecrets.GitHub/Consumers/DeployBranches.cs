using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Client;
using RotateSecrets.GitHub.Repositories;

namespace RotateSecrets.GitHub.Consumers;

/// <summary>Which branches may deploy to an environment, and so get its secrets.</summary>
/// <param name="api">Calls the API.</param>
/// <param name="place">A secret of the environment.</param>
internal sealed class DeployBranches(GitHubApi api, SecretPlace place)
{
    private bool isAsked;
    private bool onlyProtected;
    private IReadOnlySet<string>? isProtected;
    private List<BranchPattern>? patterns;

    /// <summary>Whether a branch may. Where that can't be told, it may.</summary>
    public async Task<bool> AllowsAsync(BranchFiles branch, CancellationToken cancellation)
    {
        if (place.Environment is null)
        {
            return true;
        }

        if (!isAsked)
        {
            await AskAsync(cancellation);
            isAsked = true;
        }

        return onlyProtected ? isProtected?.Contains(branch.Name) ?? true : patterns is null || patterns.Exists(pattern => pattern.Matches(branch.Name));
    }

    private async Task AskAsync(CancellationToken cancellation)
    {
        var path = $"repos/{BranchList.Escaped(place.FullRepository!)}/environments/{Uri.EscapeDataString(place.Environment!)}";
        if (!(await api.GetAsync(new CallNeed(place.Scope, "GET /repos/{owner}/{repo}/environments/{environment_name}", "Actions: read"), path, cancellation)).Succeeded(out var answer, out _))
        {
            return;
        }

        var policy = answer.Body.At("deployment_branch_policy");
        onlyProtected = policy.Flag("protected_branches");
        if (onlyProtected)
        {
            (await new BranchList(api).ProtectedAsync(place.FullRepository!, cancellation)).Succeeded(out isProtected, out _);
        }

        if (policy.Flag("custom_branch_policies"))
        {
            var allowed = new List<BranchPattern>();
            await foreach (var listed in api.PagesAsync(
                new CallNeed(place.Scope, "GET /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies", "Actions: read"),
                path + "/deployment-branch-policies?per_page=100",
                "branch_policies",
                cancellation))
            {
                if (listed.Failure is not null)
                {
                    return;
                }

                if (listed.Succeeded(out var one, out _) && one.Text("name") is { } name && one.Text("type") is null or "branch")
                {
                    allowed.Add(new BranchPattern(name!));
                }
            }

            patterns = allowed;
        }
    }
}
