using System.Runtime.CompilerServices;
using System.Text.Json;
using Octokit;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Client;

/// <summary>
/// Calls the API, through Octokit: by its own clients where it has them, by its connection where it lacks them (Dependabot's and Codespaces' secrets, environments' secrets, GraphQL), or leaves out what is
/// asked for (ETags, the run that a dispatch made). What it throws ends here.
/// </summary>
/// <param name="connection">Octokit's connection.</param>
/// <param name="clock">The server's clock.</param>
internal sealed class GitHubApi(IConnection connection, ServerClock clock)
{
    private static readonly Dictionary<string, string> None = [];

    private readonly GitHubClient client = new(connection);

    /// <summary>The server's clock.</summary>
    public ServerClock Clock => clock;

    /// <summary>Where the API is.</summary>
    public Uri Address => connection.BaseAddress;

    // GitHub Enterprise Server has its REST API at /api/v3/ and GraphQL at /api/graphql.
    private Uri GraphQL => Address.AbsolutePath.EndsWith("/v3/", StringComparison.Ordinal) ? new Uri(Address, "../graphql") : new Uri(Address, "graphql");

    /// <summary>Asks by one of Octokit's own clients.</summary>
    public async Task<Outcome<T>> CallAsync<T>(CallNeed need, Func<IGitHubClient, Task<T>> work, CancellationToken cancellation, CallContext? context = null)
        where T : notnull
    {
        try
        {
            CallContext.Current = (context ?? new CallContext(cancellation)) with { Cancellation = cancellation };
            return await work(client);
        }
        catch (Exception e) when (GitHubFault.Fits(e) && !cancellation.IsCancellationRequested)
        {
            return GitHubFault.Of(e, need, clock);
        }
        finally
        {
            CallContext.Current = null;
        }
    }

    /// <summary>Gets one answer. With an ETag, an answer with status 304 says that it is still the same.</summary>
    public Task<Outcome<GitHubAnswer>> GetAsync(CallNeed need, string path, CancellationToken cancellation, string? tag = null) => GetAsync(need, new Uri(path, UriKind.Relative), cancellation, tag);

    /// <summary>Sends something.</summary>
    /// <param name="need">What it is for; its operation begins with the method.</param>
    /// <param name="path">The path, relative to the API.</param>
    /// <param name="body">What is sent, as JSON; null for nothing.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public Task<Outcome<GitHubAnswer>> SendAsync(CallNeed need, string path, string? body, CancellationToken cancellation) => CallAsync(
        need,
        async _ =>
        {
            var uri = new Uri(path, UriKind.Relative);
            return GitHubAnswer.Of((need.Operation[..need.Operation.IndexOf(' ', StringComparison.Ordinal)] switch
            {
                "POST" when body is null => (IApiResponse<object>)await connection.Post<object>(uri, cancellation),
                "POST" => await connection.Post<object>(uri, body, "application/vnd.github+json", "application/json", None, cancellation),
                "PUT" => await connection.Put<object>(uri, body ?? "{}"),
                "PATCH" => await connection.Patch<object>(uri, body ?? "{}"),
                "DELETE" => await connection.Delete<object>(uri, body!),
                var other => throw new NotSupportedException(other),
            }).HttpResponse);
        },
        cancellation);

    /// <summary>Asks by GraphQL. Errors of single parts leave those parts null.</summary>
    public async Task<Outcome<JsonElement>> QueryAsync(CallNeed need, string query, CancellationToken cancellation)
    {
        var body = JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal) { ["query"] = query });
        var asked = await CallAsync(
            need,
            async _ => GitHubAnswer.Of((await connection.Post<object>(GraphQL, body, "application/vnd.github+json", "application/json", None, cancellation)).HttpResponse),
            cancellation);
        return asked.Failed(out var failure, out var answer) ? failure
            : GitHubFault.OfQuery(answer, need, clock) is { } limited ? limited
            : answer.Body.At("data") is { ValueKind: JsonValueKind.Object } data ? data
            : new Failure(FailureCode.StoreUnavailable, need.Target, $"{need.Operation} failed: GitHub answered with errors alone.");
    }

    /// <summary>Gets all pages of a list, element by element.</summary>
    /// <param name="need">What it is for.</param>
    /// <param name="path">The path of the first page.</param>
    /// <param name="list">The member that holds the list; null where the answer is the list.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public async IAsyncEnumerable<Outcome<JsonElement>> PagesAsync(CallNeed need, string path, string? list, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var next = new Uri(path, UriKind.Relative);
        while (next is not null)
        {
            if ((await GetAsync(need, next, cancellation)).Failed(out var failure, out var page))
            {
                yield return failure;
                yield break;
            }

            foreach (var element in (list is null ? page.Body : page.Body.At(list)).Items())
            {
                yield return element;
            }

            next = page.Next();

            // Where it leads is the server's word; the token goes nowhere else.
            if (next is not null && Uri.Compare(next, Address, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) != 0)
            {
                next = new Uri(Address, next.PathAndQuery);
            }
        }
    }

    /// <summary>Gets one answer.</summary>
    public async Task<Outcome<GitHubAnswer>> GetAsync(CallNeed need, Uri uri, CancellationToken cancellation, string? tag = null)
    {
        try
        {
            CallContext.Current = new CallContext(cancellation) { IfNoneMatch = tag };
            return GitHubAnswer.Of((await connection.Get<object>(uri, None, "application/vnd.github+json", cancellation)).HttpResponse);
        }
        catch (ApiException e) when (e.HttpResponse is { } response && (int)response.StatusCode == 304)
        {
            return GitHubAnswer.Of(response);
        }
        catch (Exception e) when (GitHubFault.Fits(e) && !cancellation.IsCancellationRequested)
        {
            return GitHubFault.Of(e, need, clock);
        }
        finally
        {
            CallContext.Current = null;
        }
    }
}
