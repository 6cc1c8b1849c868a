using System.Runtime.CompilerServices;
using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Changes;
using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Repositories;
using RotateSecrets.GitHub.Workflows;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Consumers;

/// <summary>A workflow of a branch that gets a secret.</summary>
/// <param name="Id">The workflow.</param>
/// <param name="Branch">The branch as it was when it was read.</param>
/// <param name="References">Where it gets the secret, and whether that is certain.</param>
internal sealed record FoundWorkflow(WorkflowId Id, BranchFiles Branch, IReadOnlyList<(SecretReference Reference, bool IsCertain)> References);

/// <summary>Finds the workflows that get a secret: on every branch that may have it, the default one first.</summary>
/// <param name="server">The server.</param>
/// <param name="reader">Reads repositories.</param>
/// <param name="owner">Whose repositories are searched where no secret is named; null for none.</param>
internal sealed class WorkflowFinder(GitHubServer server, RepositoryReader reader, string? owner)
{
    private readonly SecretNames names = new(server.Api, Path.Combine(server.Folder, "names", server.Host.Replace(':', '_')));

    /// <summary>What is searched, for people.</summary>
    public string Name => owner is null ? $"workflows on {server.Host}" : $"workflows of {owner} on {server.Host}";

    /// <summary>Reads repositories.</summary>
    public RepositoryReader Reader => reader;

    /// <summary>What tells which secret of a name a job gets.</summary>
    public SecretLandscape Landscape(SecretPlace place) => new(server.Api, names, place);

    /// <summary>Finds the consumers of a secret; of any secret, where an owner was named.</summary>
    public async IAsyncEnumerable<Outcome<Consumer>> ConsumersAsync(SecretAddress? address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (address is null)
        {
            await foreach (var consumer in AllAsync(cancellation))
            {
                yield return consumer;
            }

            yield break;
        }

        if (!string.Equals(address.Store, server.Name, StringComparison.OrdinalIgnoreCase))
        {
            yield break;
        }

        await foreach (var found in FindAsync(address, null, cancellation))
        {
            yield return found.Map(workflow => Consumer(workflow, address));
        }
    }

    /// <summary>Finds the workflows that get a secret.</summary>
    /// <param name="address">The secret.</param>
    /// <param name="only">The one workflow that is asked about; null for all.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public async IAsyncEnumerable<Outcome<FoundWorkflow>> FindAsync(SecretAddress address, WorkflowId? only, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (SecretPlace.Of(address).Failed(out var failure, out var place))
        {
            yield return failure;
            yield break;
        }

        // No workflow gets a secret of Codespaces.
        if (place.Use == SecretUse.Codespaces)
        {
            yield break;
        }

        var repositories = new List<string>();
        if (only is not null)
        {
            repositories.Add(only.Repository);
        }
        else
        {
            await foreach (var listed in new SecretRepositories(server.Api).ReadAsync(place, address, cancellation))
            {
                if (listed.Failed(out failure, out var repository))
                {
                    yield return failure;
                }
                else
                {
                    repositories.Add(repository);
                }
            }
        }

        var fetcher = new FileFetcher(server.Api, reader);
        var landscape = Landscape(place);
        var branches = new DeployBranches(server.Api, place);
        await foreach (var read in reader.ReadAsync(repositories, cancellation))
        {
            if (read.Failed(out failure, out var snapshot))
            {
                yield return failure;
                continue;
            }

            foreach (var branch in snapshot.IsArchived ? [] : snapshot.Branches.Where(one => only is null ? !ProposalBranch.Is(one.Name) : one == only.In(snapshot)))
            {
                if (!await branches.AllowsAsync(branch, cancellation))
                {
                    continue;
                }

                // Dependabot goes by the default branch; what is proposed for it stands elsewhere.
                var tree = snapshot.Tree(branch, place.Use == SecretUse.Dependabot && (only is not null || branch.Name == snapshot.DefaultBranch));
                await foreach (var found in InAsync(snapshot, branch, tree, place.Name, fetcher, landscape, cancellation))
                {
                    if (only is null || !found.Succeeded(out var workflow, out _) || workflow.Id == only)
                    {
                        yield return found;
                    }
                }
            }
        }
    }

    private static async IAsyncEnumerable<Outcome<FoundWorkflow>> InAsync(
        RepositorySnapshot snapshot, BranchFiles branch, WorkflowTree tree, string? name, FileFetcher fetcher, SecretLandscape? landscape, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var found = new Dictionary<string, List<(SecretReference, bool)>>(StringComparer.Ordinal);
        await foreach (var outcome in WorkflowAnalysis.FindAsync(tree, name, fetcher.FetchAsync, cancellation))
        {
            if (outcome.Failed(out var failure, out var reference))
            {
                yield return failure;
                continue;
            }

            var relation = SecretLandscape.Relation.Definite;
            if (landscape is not null && (await landscape.RelateAsync(snapshot.Repository, reference, cancellation)).Failed(out failure, out relation))
            {
                yield return failure;
                continue;
            }

            if (relation != SecretLandscape.Relation.Other)
            {
                if (!found.TryGetValue(reference.Workflow, out var list))
                {
                    found[reference.Workflow] = list = [];
                }

                list.Add((reference, relation == SecretLandscape.Relation.Definite && !reference.IsPossible));
            }
        }

        foreach (var (workflow, references) in found)
        {
            yield return new FoundWorkflow(WorkflowId.Of(snapshot, branch.Name, workflow), branch, references);
        }
    }

    private async IAsyncEnumerable<Outcome<Consumer>> AllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        if (owner is null)
        {
            yield break;
        }

        var repositories = new List<string>();
        await foreach (var listed in new RepositoryList(server.Api).ReadAsync(owner, cancellation))
        {
            if (listed.Failed(out var failure, out var repository))
            {
                yield return failure;
            }
            else
            {
                repositories.Add(repository.FullName);
            }
        }

        var fetcher = new FileFetcher(server.Api, reader);
        await foreach (var read in reader.ReadAsync(repositories, cancellation))
        {
            if (read.Failed(out var failure, out var snapshot))
            {
                yield return failure;
                continue;
            }

            foreach (var branch in snapshot.Branches.Where(static branch => !ProposalBranch.Is(branch.Name)))
            {
                await foreach (var found in InAsync(snapshot, branch, snapshot.Tree(branch, branch.Name == snapshot.DefaultBranch), null, fetcher, null, cancellation))
                {
                    if (found.Failed(out failure, out var workflow))
                    {
                        yield return failure;
                        continue;
                    }

                    // Without a secret that was asked for, each name counts as the repository's own.
                    foreach (var name in workflow.References.GroupBy(static one => one.Reference.SecretName, StringComparer.Ordinal).Where(static name => name.Key is not null))
                    {
                        yield return Consumer(workflow with { References = [.. name] }, SecretAddress.Parse($"{server.Name}:{(workflow.Id.IsDependabots ? "dependabot/" : string.Empty)}{snapshot.Repository}/{name.Key}"));
                    }
                }
            }
        }
    }

    private static Consumer Consumer(FoundWorkflow found, SecretAddress address) =>
        new(found.Id.OwnKind, found.Id.Name, found.Id.Repository, address, [.. found.References.Select(one => Reference(found, one.Reference, one.IsCertain))]);

    private static ConsumerReference Reference(FoundWorkflow found, SecretReference reference, bool isCertain)
    {
        var spot = reference.Spot;
        var file = spot.Repository == found.Id.Repository ? $"{spot.Path}@{spot.Ref}" : $"{spot.Repository}/{spot.Path}@{spot.Ref}";
        var environment = reference.Environment.IsComputed ? ", environment known when it runs" : reference.Environment.Name is { } name ? $", environment {name}" : string.Empty;
        var job = reference.Job is null ? string.Empty : $", job {reference.Job}";
        return new ConsumerReference(
            isCertain ? "Expression" : "PossibleExpression", FormattableString.Invariant($"{file}:{spot.Line}:{spot.Column}{job}{environment}"), Uptake.NextRun);
    }
}
