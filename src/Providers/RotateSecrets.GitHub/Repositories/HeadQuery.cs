using System.Globalization;
using System.Text;
using System.Text.Json;
using RotateSecrets.GitHub.Client;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Repositories;

/// <summary>The heads of a repository's branches: they tell whether anything in it has changed.</summary>
/// <param name="DefaultBranch">Its default branch; empty where it has no commit yet.</param>
/// <param name="IsArchived">Whether it is archived.</param>
/// <param name="Branches">Its branches, without their files.</param>
internal sealed record RepositoryHeads(string DefaultBranch, bool IsArchived, IReadOnlyList<BranchFiles> Branches);

/// <summary>Asks by GraphQL for the heads of many repositories' branches at once, which REST takes a request a repository for.</summary>
/// <param name="api">Calls the API.</param>
internal sealed class HeadQuery(GitHubApi api)
{
    private static readonly CallNeed Need = new("branches", "POST /graphql", "Contents: read");

    /// <summary>Asks for the heads of repositories.</summary>
    /// <returns>The heads of each, in their order; null for one of which nothing is told.</returns>
    public async Task<Outcome<IReadOnlyList<RepositoryHeads?>>> AskAsync(IReadOnlyList<string> repositories, CancellationToken cancellation)
    {
        var heads = new RepositoryHeads?[repositories.Count];
        for (var asked = repositories.Select((_, number) => (Number: number, After: (string?)null)).ToList(); asked.Count > 0;)
        {
            if ((await api.QueryAsync(Need, Query(repositories, asked), cancellation)).Failed(out var failure, out var data))
            {
                return ContentQuery.MayBeTooMuch(failure) && repositories.Count > 1 ? await HalvesAsync(repositories, cancellation) : failure;
            }

            var further = new List<(int Number, string? After)>();
            foreach (var (number, _) in asked)
            {
                var repository = data.At(FormattableString.Invariant($"r{number}"));
                heads[number] = Read(repository, heads[number]);
                var page = repository.At("refs").At("pageInfo");
                if (page.Flag("hasNextPage") && page.Text("endCursor") is { } cursor)
                {
                    further.Add((number, cursor));
                }
            }

            asked = further;
        }

        return heads;
    }

    private async Task<Outcome<IReadOnlyList<RepositoryHeads?>>> HalvesAsync(IReadOnlyList<string> repositories, CancellationToken cancellation)
    {
        var half = repositories.Count / 2;
        return (await AskAsync([.. repositories.Take(half)], cancellation)).Failed(out var failure, out var first)
            || (await AskAsync([.. repositories.Skip(half)], cancellation)).Failed(out failure, out var second)
            ? failure
            : Outcome.Of<IReadOnlyList<RepositoryHeads?>>([.. first, .. second]);
    }

    private static string Query(IReadOnlyList<string> repositories, IReadOnlyList<(int Number, string? After)> asked)
    {
        var query = new StringBuilder("query {");
        foreach (var (number, after) in asked)
        {
            var (owner, name) = ContentQuery.Parts(repositories[number]);
            query.Append(CultureInfo.InvariantCulture, $" r{number}: repository(owner: {ContentQuery.Quoted(owner)}, name: {ContentQuery.Quoted(name)}) {{ isArchived defaultBranchRef {{ name }}");
            query.Append(CultureInfo.InvariantCulture, $" refs(refPrefix: \"refs/heads/\", first: 100{(after is null ? string.Empty : $", after: {ContentQuery.Quoted(after)}")}) {{ nodes {{ name target {{ oid }} }} pageInfo {{ hasNextPage endCursor }} }} }}");
        }

        return query.Append(" }").ToString();
    }

    private static RepositoryHeads? Read(JsonElement repository, RepositoryHeads? before)
    {
        // Where refs are missing, they may not be seen: that is no repository without branches.
        if (repository.At("refs").At("nodes").ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var branches = repository.At("refs").At("nodes").Items()
            .Select(static branch => (Name: branch.Text("name"), Sha: branch.At("target").Text("oid")))
            .Where(static branch => branch is { Name: not null, Sha: not null })
            .Select(static branch => new BranchFiles(branch.Name!, branch.Sha!, []));
        return new RepositoryHeads(repository.At("defaultBranchRef").Text("name") ?? string.Empty, repository.Flag("isArchived"), [.. before?.Branches ?? [], .. branches]);
    }
}
