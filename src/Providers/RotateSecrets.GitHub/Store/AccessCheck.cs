using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Client;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.GitHub.Store;

/// <summary>Looks at a secret and its scope before anything is touched.</summary>
/// <param name="api">Calls the API.</param>
/// <param name="calls">The requests about secrets.</param>
/// <param name="name">The store's name.</param>
internal sealed class AccessCheck(GitHubApi api, SecretCalls calls, string name)
{
    /// <summary>Sees that the server takes the token.</summary>
    public async Task<Outcome<StoreAccessReport>> CheckStoreAsync(StoreAccess wanted, CancellationToken cancellation)
    {
        var asked = await api.GetAsync(new CallNeed(name, "GET /rate_limit", "none"), "rate_limit", cancellation);
        return asked.Failed(out var failure, out var answer) ? failure
            : new StoreAccessReport(name, null, wanted, wanted & StoreAccess.Read, [
                answer.Body.At("resources").At("core") is { ValueKind: System.Text.Json.JsonValueKind.Object } core
                    ? $"{core.Number("remaining")} of {core.Number("limit")} requests are left this hour." : "The server has no limit of requests.",
                "A secret of GitHub can be written, and nobody can read it back."]);
    }

    /// <summary>Looks at a secret: whether it can be written, and whether another one fits beside it.</summary>
    public async Task<Outcome<StoreAccessReport>> CheckAsync(SecretAddress address, StoreAccess wanted, CancellationToken cancellation)
    {
        if (SecretPlace.Of(address).Failed(out var failure, out var place) || (failure = SecretRules.Flaw(place, address)) is not null)
        {
            return failure;
        }

        var findings = new List<string>();
        if (place.Repository is not null && await RepositoryAsync(place, address, wanted, findings, cancellation) is { } unusable)
        {
            return unusable.Code == FailureCode.AccessDenied ? new StoreAccessReport(name, address, wanted, wanted, [unusable.Message]) : unusable;
        }

        // The key is what a write begins with: who may not have it can't write.
        if ((await calls.GetKeyAsync(place, address, cancellation)).Failure is { } locked)
        {
            return locked.Code == FailureCode.AccessDenied ? new StoreAccessReport(name, address, wanted, wanted, [locked.Message]) : locked;
        }

        if ((await calls.CountAsync(place, address, cancellation)).Failed(out failure, out var count))
        {
            return failure;
        }

        if (wanted.HasFlag(StoreAccess.Write) && count >= place.Slots)
        {
            findings.Add($"The {place.Scope} has {count} secrets and takes no more, so none can stand beside {address}; it can only be overwritten.");
        }

        // That it can't be read is no missing permission: the strategies go by what the store can do.
        return new StoreAccessReport(name, address, wanted, StoreAccess.None, findings);
    }

    private async Task<Failure?> RepositoryAsync(SecretPlace place, SecretAddress address, StoreAccess wanted, List<string> findings, CancellationToken cancellation)
    {
        var asked = await api.GetAsync(
            new CallNeed(address.ToString(), "GET /repos/{owner}/{repo}", "Metadata: read"),
            $"repos/{Uri.EscapeDataString(place.Owner)}/{Uri.EscapeDataString(place.Repository!)}",
            cancellation);
        if (asked.Failed(out var failure, out var answer))
        {
            return failure.Code == FailureCode.SecretNotFound
                ? new Failure(FailureCode.AccessDenied, address.ToString(), $"There is no repository {place.FullRepository}, or the token has no access to it: GitHub answers 404 to both.")
                : failure;
        }

        if (answer.Body.Flag("archived") && wanted.HasFlag(StoreAccess.Write))
        {
            return new Failure(FailureCode.AccessDenied, address.ToString(), $"The repository {place.FullRepository} is archived, so nothing in it can be changed.") { Remedy = "Unarchive it first." };
        }

        // A user's own role; an app and a fine-grained token have permissions of their own, which only a write shows.
        if (wanted.HasFlag(StoreAccess.Write)
            && answer.Body.At("permissions") is { ValueKind: System.Text.Json.JsonValueKind.Object } role && !role.Flag("admin") && !role.Flag("push") && !role.Flag("maintain"))
        {
            findings.Add($"The token's user has no write access to {place.FullRepository}, which PUT {place.Template}/{{secret_name}} takes for a user ({place.Permission}: write for an app).");
        }

        return null;
    }
}
