using System.Runtime.CompilerServices;
using System.Text.Json;
using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Client;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Store;

/// <summary>A scope's public key, for one write.</summary>
/// <param name="Id">By what the server knows which key it was sealed with.</param>
/// <param name="Key">The key.</param>
internal sealed record PublicKey(string Id, byte[] Key);

/// <summary>
/// The requests about secrets. They are of one shape for Actions, Dependabot and Codespaces, and for repositories, environments and organisations; Octokit has two of the eight, so all go by its connection.
/// </summary>
/// <param name="api">Calls the API.</param>
internal sealed class SecretCalls(GitHubApi api)
{
    /// <summary>What is told of a secret, or <see cref="FailureCode.SecretNotFound"/>.</summary>
    public async Task<Outcome<SecretRecord>> GetAsync(SecretPlace place, SecretAddress address, CancellationToken cancellation)
    {
        var asked = await api.GetAsync(Need(place, address, "GET", "/{secret_name}", "read"), $"{place.Secrets}/{place.Name}", cancellation);
        return asked.Failure is { Code: FailureCode.SecretNotFound } ? await ExplainAsync(place, address, cancellation)
            : asked.Failed(out var failure, out var answer) ? failure
            : SecretRecord.Of(answer.Body) is { } record ? record
            : HalfAnswer(address, "GET " + place.Template);
    }

    /// <summary>The scope's own public key: an environment has another than its repository.</summary>
    public async Task<Outcome<PublicKey>> GetKeyAsync(SecretPlace place, SecretAddress address, CancellationToken cancellation)
    {
        var asked = await api.GetAsync(Need(place, address, "GET", "/public-key", "read"), $"{place.Secrets}/public-key", cancellation);
        if (asked.Failed(out var failure, out var answer))
        {
            return failure.Code == FailureCode.SecretNotFound ? await ScopeFailureAsync(place, address, cancellation) ?? failure : failure;
        }

        Span<byte> key = stackalloc byte[SealedBox.KeyLength];
        return answer.Body.Text("key_id") is { } id && answer.Body.Text("key") is { } text && Convert.TryFromBase64String(text, key, out var length) && length == key.Length
            ? new PublicKey(id, key.ToArray())
            : HalfAnswer(address, $"GET {place.Template}/public-key");
    }

    /// <summary>Writes a secret.</summary>
    /// <param name="place">Where.</param>
    /// <param name="address">Its address.</param>
    /// <param name="box">The value, sealed.</param>
    /// <param name="keyId">The key that it was sealed with.</param>
    /// <param name="audience">Who may have it, for an organisation's.</param>
    /// <param name="cancellation">Gives up at once; the effect is then unknown.</param>
    public Task<Outcome<GitHubAnswer>> PutAsync(SecretPlace place, SecretAddress address, string box, string keyId, SecretAudience? audience, CancellationToken cancellation)
    {
        var body = new Dictionary<string, object>(StringComparer.Ordinal) { ["encrypted_value"] = box, ["key_id"] = keyId };
        if (audience is not null)
        {
            body["visibility"] = audience.Visibility;
            if (audience.Repositories is { } repositories)
            {
                body["selected_repository_ids"] = repositories;
            }
        }

        return api.SendAsync(Need(place, address, "PUT", "/{secret_name}", "write"), $"{place.Secrets}/{place.Name}", JsonSerializer.Serialize(body), cancellation);
    }

    /// <summary>Takes a secret away. <see cref="FailureCode.SecretNotFound"/> where there is none.</summary>
    public async Task<Outcome<GitHubAnswer>> DeleteAsync(SecretPlace place, SecretAddress address, CancellationToken cancellation)
    {
        var asked = await api.CallAsync(
            Need(place, address, "DELETE", "/{secret_name}", "write"),
            async client => new GitHubAnswer((int)await client.Connection.Delete(new Uri($"{place.Secrets}/{place.Name}", UriKind.Relative)), default, new Dictionary<string, string>(StringComparer.Ordinal)),
            cancellation);
        return asked.Failure is { Code: FailureCode.SecretNotFound } ? await ScopeFailureAsync(place, address, cancellation) ?? asked : asked;
    }

    /// <summary>Lists the secrets beside a place.</summary>
    public IAsyncEnumerable<Outcome<JsonElement>> ListAsync(SecretPlace place, string target, CancellationToken cancellation) =>
        api.PagesAsync(new CallNeed(target, "GET " + place.Template, place.Permission + ": read"), $"{place.Secrets}?per_page=100", "secrets", cancellation);

    /// <summary>How many secrets there are beside a place.</summary>
    public async Task<Outcome<long>> CountAsync(SecretPlace place, SecretAddress address, CancellationToken cancellation)
    {
        var asked = await api.GetAsync(Need(place, address, "GET", string.Empty, "read"), $"{place.Secrets}?per_page=1", cancellation);
        return asked.Failed(out var failure, out var answer) ? failure
            : answer.Body.Number("total_count") is { } count ? count : HalfAnswer(address, "GET " + place.Template);
    }

    /// <summary>The ids of the repositories that an organisation's secret is given to.</summary>
    public async Task<Outcome<List<long>>> RepositoriesAsync(SecretPlace place, SecretAddress address, CancellationToken cancellation)
    {
        var ids = new List<long>();
        await foreach (var listed in SelectedAsync(place, address, cancellation))
        {
            if (listed.Failed(out var failure, out var repository))
            {
                return failure;
            }

            if (repository.Number("id") is { } id)
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    /// <summary>The names of the repositories that an organisation's secret is given to.</summary>
    public async IAsyncEnumerable<Outcome<string>> ListRepositoriesAsync(SecretPlace place, SecretAddress address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var listed in SelectedAsync(place, address, cancellation))
        {
            if (listed.Failed(out var failure, out var repository))
            {
                yield return failure;
            }
            else if (repository.Text("full_name") is { } name && !repository.Flag("archived"))
            {
                yield return name;
            }
        }
    }

    private IAsyncEnumerable<Outcome<JsonElement>> SelectedAsync(SecretPlace place, SecretAddress address, CancellationToken cancellation) => api.PagesAsync(
        Need(place, address, "GET", "/{secret_name}/repositories", "read"), $"{place.Secrets}/{place.Name}/repositories?per_page=100", "repositories", cancellation);

    /// <summary>What the call of an operation needs.</summary>
    public static CallNeed Need(SecretPlace place, SecretAddress address, string method, string rest, string access) =>
        new(address.ToString(), $"{method} {place.Template}{rest}", $"{place.Permission}: {access}");

    // 404 says either that there is no such secret, or that nobody may know.
    private async Task<Outcome<SecretRecord>> ExplainAsync(SecretPlace place, SecretAddress address, CancellationToken cancellation) =>
        await ScopeFailureAsync(place, address, cancellation)
        ?? new Failure(FailureCode.SecretNotFound, address.ToString(), $"There is no secret at {address}.");

    /// <summary>Whether it is the scope that isn't there, or may not be seen; null where it is.</summary>
    private async Task<Failure?> ScopeFailureAsync(SecretPlace place, SecretAddress address, CancellationToken cancellation)
    {
        var target = address.ToString();
        if (place.Repository is null)
        {
            return (await CountAsync(place, address, cancellation)).Failure is { Code: FailureCode.SecretNotFound }
                ? new Failure(FailureCode.AccessDenied, target, $"There is no organisation {place.Owner}, or the token has no access to its secrets ({place.Permission}: read): GitHub answers 404 to both.") : null;
        }

        var repository = $"repos/{Uri.EscapeDataString(place.Owner)}/{Uri.EscapeDataString(place.Repository)}";
        if ((await api.GetAsync(new CallNeed(target, "GET /repos/{owner}/{repo}", "Metadata: read"), repository, cancellation)).Failure is { } hidden)
        {
            return hidden.Code == FailureCode.SecretNotFound
                ? new Failure(FailureCode.AccessDenied, target, $"There is no repository {place.FullRepository}, or the token has no access to it: GitHub answers 404 to both.")
                {
                    Remedy = "See that the name is right, and that the token, or the app's installation, includes the repository.",
                }
                : hidden;
        }

        if (place.Environment is not null
            && (await api.GetAsync(
                new CallNeed(target, "GET /repos/{owner}/{repo}/environments/{environment_name}", "Actions: read"),
                $"{repository}/environments/{Uri.EscapeDataString(place.Environment)}",
                cancellation)).Failure is { } missing)
        {
            return missing.Code == FailureCode.SecretNotFound
                ? new Failure(FailureCode.SecretNotFound, target, $"There is no environment {place.Environment} in {place.FullRepository}.") { Remedy = "Make the environment first, or see that its name is right." }
                : missing;
        }

        return (await CountAsync(place, address, cancellation)).Failure is { Code: FailureCode.SecretNotFound }
            ? new Failure(FailureCode.AccessDenied, target, $"The token may see {place.FullRepository}, but not its secrets: {place.Permission}: read is missing.") : null;
    }

    private static Failure HalfAnswer(SecretAddress address, string operation) =>
        new(FailureCode.StoreUnavailable, address.ToString(), $"{operation} failed: half an answer came, or none that it could have given.");
}

/// <summary>Which repositories may have an organisation's secret.</summary>
/// <param name="Visibility">all, private or selected.</param>
/// <param name="Repositories">The ids of the selected ones; null where none are selected.</param>
internal sealed record SecretAudience(string Visibility, IReadOnlyList<long>? Repositories)
{
    /// <summary>Whether two are the same, in whichever order.</summary>
    public bool Fits(SecretAudience other) => Visibility == other.Visibility
        && (Repositories ?? []).Order().SequenceEqual((other.Repositories ?? []).Order());
}
