using System.Text;
using System.Text.Json;
using Octokit;
using Octokit.Internal;
using Sodium;
using MediaTypeHeaderValue = System.Net.Http.Headers.MediaTypeHeaderValue;

namespace RotateSecrets.GitHub.Tests.Description;

/// <summary>Clients that aren't the product's.</summary>
internal static class Clients
{
    /// <summary>Octokit, which takes any server but api.github.com for one with /api/v3/.</summary>
    public static GitHubClient Octokit(DescribedGitHub github, string? token = null) => new(new Connection(
        new ProductHeaderValue("contract-tests"),
        new Uri(github.Address, "api/v3/"),
        new InMemoryCredentialStore(new Credentials(token ?? github.Server.Operator.Token)),
        new HttpClientAdapter(static () => new HonestHandler()),
        new SimpleJsonSerializer()));

    /// <summary>Seals a value for a key.</summary>
    public static string Seal(string value, string key) => Convert.ToBase64String(SealedPublicKeyBox.Create(Encoding.UTF8.GetBytes(value), Convert.FromBase64String(key)));

    /// <summary>Sends a request that Octokit has no method for.</summary>
    public static async Task<HttpResponseMessage> SendAsync(Uri root, string token, HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(root, path));
        request.Headers.Add("Authorization", $"Bearer {token}");
        request.Headers.Add("Accept", "application/vnd.github+json");
        request.Headers.Add("User-Agent", "contract-tests");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        return await Relay.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>What a refusal says; empty where the answer says nothing.</summary>
    public static async Task<string> MessageAsync(HttpResponseMessage response)
    {
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return answer.RootElement.TryGetProperty("message", out var message) ? message.GetString() ?? string.Empty : string.Empty;
    }

    // Octokit calls its JSON a form.
    private sealed class HonestHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is not null)
            {
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
