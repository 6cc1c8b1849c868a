using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Consumers;
using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Repositories;
using RotateSecrets.GitHub.Workflows;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Changes;

/// <summary>Works out what has to be changed on a branch for a workflow to get another secret.</summary>
/// <param name="finder">Finds the references.</param>
internal sealed class ChangeMaker(WorkflowFinder finder)
{
    /// <summary>Works it out. What can't be changed for this workflow alone is a failure.</summary>
    public async Task<Outcome<BranchChange>> ChangeAsync(WorkflowId id, SecretAddress address, SecretPlace from, SecretPlace to, CancellationToken cancellation)
    {
        FoundWorkflow? workflow = null;
        Failure? unreadable = null;
        await foreach (var found in finder.FindAsync(address, id, cancellation))
        {
            if (found.Failed(out var failure, out var one))
            {
                // Another workflow that can't be read doesn't keep this one from being changed, nor does what is wrong with this one where its references can be told.
                if (failure.Code != FailureCode.DocumentInvalid)
                {
                    return failure;
                }

                unreadable = failure.Target.Contains(id.Path, StringComparison.Ordinal) ? failure : unreadable;
                continue;
            }

            workflow = one;
        }

        if (workflow is null && unreadable is not null)
        {
            return unreadable;
        }

        if ((await finder.Reader.ReadAsync(id.Repository, cancellation)).Failed(out var unread, out var snapshot))
        {
            return unread;
        }

        if (workflow is null)
        {
            return new BranchChange(id.In(snapshot)?.Sha ?? string.Empty, []);
        }

        // Who gets all secrets at once, or one by a computed name, has no name to be changed: it finds the new value under the old name once that is promoted.
        var named = workflow.References.Select(static one => one.Reference).Where(static one => one.SecretName is not null && one.Kind is ReferenceKind.Property or ReferenceKind.Index).ToList();
        return named.Find(reference => !IsOn(reference.Spot, id.Repository, workflow.Branch)) is { } foreign
            ? Elsewhere(id, foreign.Spot, from)
            : Rewrite(workflow, snapshot, named, from, to);
    }

    private static bool IsOn(ReferenceSpot spot, string repository, BranchFiles branch) =>
        string.Equals(spot.Repository, repository, StringComparison.OrdinalIgnoreCase) && spot.Ref == branch.Name;

    private static Outcome<BranchChange> Rewrite(FoundWorkflow workflow, RepositorySnapshot snapshot, IReadOnlyList<SecretReference> references, SecretPlace from, SecretPlace to)
    {
        var changes = new List<FileChange>();
        var names = new FormalNames(snapshot.Tree(workflow.Branch));
        var passed = references.SelectMany(static reference => reference.Through.Append(reference.Spot.Path)).Distinct(StringComparer.Ordinal);
        foreach (var path in passed)
        {
            if (workflow.Branch.Files.FirstOrDefault(one => one.Path == path) is not { } entry)
            {
                if (references.All(reference => reference.Spot.Path != path))
                {
                    continue;
                }

                return new Failure(FailureCode.NotSupported, path, $"{path} reads {from.Name}, and is no workflow of {snapshot.Repository}: it has to be changed by hand.");
            }

            var own = references.Where(reference => reference.Spot.Path == path).ToList();
            var declared = names.DeclaredIn(path, from.Name);
            if (own.Count + declared.Count == 0)
            {
                continue;
            }

            if (Ambiguity(names, path, declared, from, to) is { } ambiguity)
            {
                return ambiguity;
            }

            var before = snapshot.Blobs[entry.Oid];
            if (ReferenceRewriter.Rewrite(before, path, own, from.Name, to.Name, [.. declared.Select(static one => one.Name!.Value)]).Failed(out var failure, out var after))
            {
                return failure;
            }

            changes.Add(new FileChange(path, before, after, entry.Mode));
        }

        return new BranchChange(workflow.Branch.Sha, changes);
    }

    // A name that is the secret's for one caller and the workflow's own for another can't be right for both.
    private static Failure? Ambiguity(FormalNames names, string path, IReadOnlyList<(ReferenceSpot Spot, (int Start, int Length)? Name)> declared, SecretPlace from, SecretPlace to) =>
        names.HandedAt(path, from.Name) is { } handed
            ? new Failure(FailureCode.NotSupported, path, $"{from.Name} in {path} is the secret for one caller, and what {handed.Path}, line {handed.Line}, hands over by that name for another.")
            {
                Remedy = "Let all callers inherit the secrets, or all hand them over by name.",
            }
            : declared.Any(static one => one.Name is null)
            ? new Failure(FailureCode.DocumentInvalid, path, $"{path}:{declared[0].Spot.Line}:{declared[0].Spot.Column}: the name is written with escapes here; change it by hand.")
            : declared.Count > 0 && names.DeclaredIn(path, to.Name) is [var taken, ..]
            ? new Failure(FailureCode.NotSupported, path, $"{path} declares {from.Name} and, in line {taken.Spot.Line}, {to.Name} too.") { Remedy = "Take away one of them." }
            : null;

    private static Failure Elsewhere(WorkflowId id, ReferenceSpot spot, SecretPlace from) => new(
        FailureCode.NotSupported,
        $"{id.OwnKind}:{id.Repository}/{id.Name}",
        $"{id.Name} of {id.Repository} reads {from.Name} in {spot.Path} of {spot.Repository} at {spot.Ref}, line {spot.Line}: "
        + (string.Equals(spot.Repository, id.Repository, StringComparison.OrdinalIgnoreCase) ? "a change of its branch doesn't reach it there." : "a change there would change it for others too."))
    {
        Remedy = "Let the caller hand the secret on by name, or change it there by hand.",
    };
}
