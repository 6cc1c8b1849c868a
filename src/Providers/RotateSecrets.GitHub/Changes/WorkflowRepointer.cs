using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Consumers;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Changes;

/// <summary>Points the references of a workflow to another secret: as a pull request, or as a commit on its branch.</summary>
/// <param name="server">The server.</param>
/// <param name="finder">Finds the references.</param>
internal sealed class WorkflowRepointer(GitHubServer server, WorkflowFinder finder)
{
    private const int Tries = 3;

    private readonly ChangeMaker maker = new(finder);

    /// <summary>Works out what would be changed.</summary>
    public async Task<Outcome<Repointing>> PreviewAsync(Consumer consumer, RepointRequest request, CancellationToken cancellation) =>
        PlacesOf(request).Failed(out var failure, out var places) ? failure
            : (await ChangeAsync(WorkflowId.Of(consumer), request, places, cancellation)).Map(change => new Repointing(consumer, change.Diff) { IsInForce = change.Files.Count == 0 });

    /// <summary>Changes it.</summary>
    public async Task<Outcome<Repointing>> RepointAsync(Consumer consumer, RepointRequest request, CancellationToken cancellation)
    {
        if (PlacesOf(request).Failed(out var failure, out var places))
        {
            return failure;
        }

        var id = WorkflowId.Of(consumer);
        var git = new GitWriter(server.Api, id.Repository);
        for (var attempt = 1; ; attempt++)
        {
            finder.Reader.Forget(id.Repository);
            if ((await ChangeAsync(id, request, places, cancellation)).Failed(out failure, out var change))
            {
                return failure;
            }

            if (change.Files.Count == 0)
            {
                return new Repointing(consumer, string.Empty) { IsInForce = true };
            }

            var done = request.Directly
                ? await CommitAsync(git, consumer, id, request, places, change, cancellation)
                : await ProposeAsync(git, consumer, id, request, places, change, cancellation);
            finder.Reader.Forget(id.Repository);
            if (done.Failure is not { Code: FailureCode.VersionConflict } || attempt == Tries)
            {
                return done;
            }
        }
    }

    /// <summary>Takes back what was proposed for a workflow and not accepted.</summary>
    public async Task<Outcome<Repointing>> WithdrawAsync(Consumer consumer, RepointRequest request, CancellationToken cancellation)
    {
        if (PlacesOf(request).Failed(out var failure, out var places) || (await finder.Reader.ReadAsync(consumer.Scope, cancellation)).Failed(out failure, out var snapshot))
        {
            return failure;
        }

        var onto = WorkflowId.Of(consumer).In(snapshot)?.Name ?? snapshot.DefaultBranch;
        var branch = ProposalBranch.Of(request.RotationId, places.From, places.To, onto);
        if (snapshot.Branches.All(one => one.Name != branch))
        {
            return new Repointing(consumer, string.Empty) { IsInForce = true };
        }

        var git = new GitWriter(server.Api, consumer.Scope);
        if ((await git.ProposalsAsync(branch, onto, cancellation)).Failed(out failure, out var proposals))
        {
            return failure;
        }

        foreach (var open in proposals.Where(static one => one.State.Value == Octokit.ItemState.Open))
        {
            if (await git.CloseAsync(open.Number, cancellation) is { } unclosed)
            {
                return unclosed;
            }
        }

        finder.Reader.Forget(consumer.Scope);
        return await git.UnbranchAsync(branch, cancellation) is { } left ? left : new Repointing(consumer, string.Empty) { IsInForce = true };
    }

    private async Task<Outcome<Repointing>> CommitAsync(
        GitWriter git, Consumer consumer, WorkflowId id, RepointRequest request, (SecretPlace From, SecretPlace To) places, BranchChange change, CancellationToken cancellation)
    {
        if ((await BranchOfAsync(id, cancellation)).Failed(out var failure, out var branch)
            || (await git.CommitAsync(Message(request, places), change, cancellation)).Failed(out failure, out var sha)
            || (await git.MoveAsync(branch, sha, cancellation)).Failed(out failure, out sha))
        {
            return failure;
        }

        return new Repointing(consumer, change.Diff) { IsInForce = true, Location = new Uri($"https://{server.Host}/{id.Repository}/commit/{sha}") };
    }

    private async Task<Outcome<Repointing>> ProposeAsync(
        GitWriter git, Consumer consumer, WorkflowId id, RepointRequest request, (SecretPlace From, SecretPlace To) places, BranchChange change, CancellationToken cancellation)
    {
        if ((await BranchOfAsync(id, cancellation)).Failed(out var failure, out var onto))
        {
            return failure;
        }

        // What other workflows of the same branch have to change is proposed together.
        var branch = ProposalBranch.Of(request.RotationId, places.From, places.To, onto);
        if ((await finder.Reader.ReadAsync(id.Repository, cancellation)).Failed(out failure, out var snapshot))
        {
            return failure;
        }

        if (snapshot.Branches.Any(one => one.Name == branch))
        {
            if ((await ChangeAsync(id with { Branch = branch }, request, places, cancellation)).Failed(out failure, out var further))
            {
                return failure;
            }

            if (further.Files.Count > 0
                && ((await git.CommitAsync(Message(request, places), further, cancellation)).Failed(out failure, out var top) || (await git.MoveAsync(branch, top, cancellation)).Failed(out failure, out _)))
            {
                return failure;
            }
        }
        else if ((await git.CommitAsync(Message(request, places), change, cancellation)).Failed(out failure, out var sha) || (await git.BranchAsync(branch, sha, cancellation)).Failed(out failure, out _))
        {
            return failure;
        }

        if ((await git.ProposalsAsync(branch, onto, cancellation)).Failed(out failure, out var proposals))
        {
            return failure;
        }

        if (proposals.Count > 0 && proposals.FirstOrDefault(static one => one.State.Value == Octokit.ItemState.Open) is null && !proposals[0].Merged)
        {
            return new Failure(FailureCode.Stopped, consumer.Id, $"The change of {consumer} was proposed at {proposals[0].HtmlUrl}, and was refused.")
            {
                Remedy = "Reopen it, or go back with Undo-SecretRotation.",
            };
        }

        var open = proposals.FirstOrDefault(static one => one.State.Value == Octokit.ItemState.Open);
        if (open is null && (await git.ProposeAsync($"Use {places.To.Name} for {places.From.Name}", Message(request, places), branch, onto, cancellation)).Failed(out failure, out open))
        {
            return failure;
        }

        return new Repointing(consumer, change.Diff) { IsInForce = false, Location = new Uri(open.HtmlUrl) };
    }

    private async Task<Outcome<string>> BranchOfAsync(WorkflowId id, CancellationToken cancellation) => id.Branch is { } named
        ? named
        : (await finder.Reader.ReadAsync(id.Repository, cancellation)).Map(static snapshot => snapshot.DefaultBranch);

    private Task<Outcome<BranchChange>> ChangeAsync(WorkflowId id, RepointRequest request, (SecretPlace From, SecretPlace To) places, CancellationToken cancellation) =>
        maker.ChangeAsync(id, request.From, places.From, places.To, cancellation);

    private static Outcome<(SecretPlace From, SecretPlace To)> PlacesOf(RepointRequest request)
    {
        if (SecretPlace.Of(request.From).Failed(out var failure, out var source) || SecretPlace.Of(request.To).Failed(out failure, out var target))
        {
            return failure;
        }

        return source with { Name = target.Name } == target
            ? (source, target)
            : new Failure(FailureCode.NotSupported, request.To.ToString(), $"A workflow gets its secrets by name alone: it can't be pointed from {request.From} to {request.To}, which lies elsewhere.")
            {
                Remedy = "Point it to another name in the same scope.",
            };
    }

    private static string Message(RepointRequest request, (SecretPlace From, SecretPlace To) places) =>
        $"Use the secret {places.To.Name} for {places.From.Name}\n\nPart of the rotation of {places.From.Name} in {places.From.Scope}, run {request.RotationId}.";
}
