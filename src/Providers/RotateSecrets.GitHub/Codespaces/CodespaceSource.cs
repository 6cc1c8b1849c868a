using System.Runtime.CompilerServices;
using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Changes;
using RotateSecrets.GitHub.Consumers;
using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Repositories;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Codespaces;

/// <summary>
/// Finds what has a secret of Codespaces: the codespaces of the repositories that may have it, and the configurations that name it. Where nobody tells which codespaces there are, there may be some.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="finder">Reads repositories, and tells which secret of a name covers another.</param>
internal sealed class CodespaceSource(GitHubServer server, WorkflowFinder finder) : IConsumerSource
{
    /// <summary>The kind of a codespace.</summary>
    public const string Kind = "Codespace";

    /// <summary>The kind of codespaces of which nobody tells whether there are any.</summary>
    public const string Unlisted = "Codespaces";

    /// <summary>The kind of a configuration of which codespaces are made.</summary>
    public const string Configuration = "Devcontainer";

    private static readonly SecretReference Anywhere = new(string.Empty, null, JobEnvironment.None, ReferenceKind.Property, null, new ReferenceSpot(string.Empty, string.Empty, string.Empty, 0, 0));

    private readonly CodespaceList list = new(server.Api);

    /// <inheritdoc/>
    public string Name => $"codespaces on {server.Host}";

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<Consumer>> FindAsync(SecretAddress? address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (address is null || !string.Equals(address.Store, server.Name, StringComparison.OrdinalIgnoreCase)
            || !SecretPlace.Of(address).Succeeded(out var place, out _) || place.Use != SecretUse.Codespaces)
        {
            yield break;
        }

        var repositories = new List<string>();
        await foreach (var listed in new SecretRepositories(server.Api).ReadAsync(place, address, cancellation))
        {
            if (listed.Failed(out var failure, out var repository))
            {
                yield return failure;
            }
            else
            {
                repositories.Add(repository);
            }
        }

        if ((await list.ReadAsync(place.Owner, cancellation)).Failed(out var unlisted, out var codespaces))
        {
            yield return unlisted.Code is FailureCode.AccessDenied or FailureCode.SecretNotFound ? Possible(place, address) : unlisted;
        }

        var landscape = finder.Landscape(place);
        await foreach (var read in finder.Reader.ReadAsync(repositories, cancellation))
        {
            if (read.Failed(out var failure, out var snapshot))
            {
                yield return failure;
                continue;
            }

            var found = In(snapshot, codespaces ?? [], place, address).ToList();
            if (found.Count > 0 && (await landscape.RelateAsync(snapshot.Repository, Anywhere, cancellation)).Succeeded(out var relation, out _) && relation == SecretLandscape.Relation.Other)
            {
                continue;
            }

            foreach (var consumer in found)
            {
                yield return consumer;
            }
        }
    }

    private static IEnumerable<Outcome<Consumer>> In(RepositorySnapshot snapshot, IReadOnlyList<Codespace> codespaces, SecretPlace place, SecretAddress address)
    {
        foreach (var codespace in codespaces.Where(one => one.Repository.Equals(snapshot.Repository, StringComparison.OrdinalIgnoreCase)))
        {
            yield return new Consumer(Kind, codespace.Name, snapshot.Repository, address, [new ConsumerReference("EnvironmentVariable", place.Name, Uptake.Restart)]);
        }

        foreach (var branch in snapshot.IsArchived ? [] : snapshot.Branches.Where(static branch => !ProposalBranch.Is(branch.Name)))
        {
            foreach (var file in snapshot.FilesOf(branch, static file => file.IsDevcontainers))
            {
                if (Devcontainer.Find(file, $"{snapshot.Repository}:{file.Path}@{branch.Name}", place.Name).Failed(out var failure, out var references))
                {
                    yield return failure;
                }
                else if (references.Count > 0)
                {
                    yield return new Consumer(Configuration, branch.Name == snapshot.DefaultBranch ? file.Path : $"{file.Path}@{branch.Name}", snapshot.Repository, address, references);
                }
            }
        }
    }

    private static Consumer Possible(SecretPlace place, SecretAddress address) =>
        new(Unlisted, "any", place.FullRepository ?? place.Owner, address, [new ConsumerReference("PossibleEnvironmentVariable", place.Name, Uptake.Restart)])
        {
            Cautions = [$"Nobody tells which codespaces {place.FullRepository ?? place.Owner} has (it takes Organization codespaces: read): each that runs has {place.Name} as it was when it was started."],
        };
}
