using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RotateSecrets.GitHub.Client;
using RotateSecrets.Installation;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Repositories;

/// <summary>Tells whether a repository, or an environment, has a secret of a name: by the list of its names, which is asked for by its ETag where it was read before. What isn't there has no ETag.</summary>
/// <param name="api">Calls the API.</param>
/// <param name="folder">Where the lists are kept between two sessions. They hold no secret.</param>
internal sealed class SecretNames(GitHubApi api, string folder)
{
    private const int NotModified = 304;

    /// <summary>Whether a scope has a secret of a name.</summary>
    /// <param name="scope">The scope's part of the path: <c>repos/owner/name/actions</c>, <c>repos/owner/name/environments/environment</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="need">What it is for.</param>
    /// <param name="patience">How old the knowledge may be that it hasn't; zero for none.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public async Task<Outcome<bool>> HasAsync(string scope, string name, CallNeed need, TimeSpan patience, CancellationToken cancellation)
    {
        var file = FileOf(scope);
        var kept = Find(file, scope);
        if (kept is not null && !kept.Has(name) && api.Clock.Now - kept.At is var age && age >= TimeSpan.Zero && age < patience)
        {
            return false;
        }

        var names = new List<string>();
        var (tag, pages) = ((string?)null, 0);
        for (Uri? next = new($"{scope}/secrets?per_page=100", UriKind.Relative); next is not null; pages++)
        {
            if ((await api.GetAsync(need, next, cancellation, pages == 0 ? kept?.Tag : null)).Failed(out var failure, out var page))
            {
                if (failure.Code == FailureCode.SecretNotFound && patience > TimeSpan.Zero)
                {
                    Keep(file, new Kept(scope, null, api.Clock.Now, []));
                }

                return failure;
            }

            if (page.Status == NotModified)
            {
                Keep(file, kept! with { At = api.Clock.Now });
                return kept.Has(name);
            }

            names.AddRange(page.Body.At("secrets").Items().Select(static secret => secret.Text("name")).OfType<string>());
            (tag, next) = (page.ETag, page.Next());
        }

        // The ETag of the first page says nothing of the others.
        var read = new Kept(scope, pages == 1 ? tag : null, api.Clock.Now, names);
        Keep(file, read);
        return read.Has(name);
    }

    private static Kept? Find(string file, string scope)
    {
        try
        {
            return JsonSerializer.Deserialize<Kept>(File.ReadAllBytes(file)) is { Scope: not null, Names: not null } kept && kept.Scope == scope && kept.Names.All(static name => name is not null) ? kept : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            return null;
        }
    }

    private static void Keep(string file, Kept kept)
    {
        try
        {
            PrivateFile.Replace(file, JsonSerializer.SerializeToUtf8Bytes(kept));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What can't be kept is asked for again.
        }
    }

    private string FileOf(string scope) => Path.Combine(folder, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(scope.ToLowerInvariant())))[..32].ToLowerInvariant() + ".json");

    private sealed record Kept(string Scope, string? Tag, DateTimeOffset At, IReadOnlyList<string> Names)
    {
        public bool Has(string name) => Names.Contains(name, StringComparer.OrdinalIgnoreCase);
    }
}
