using System.Text;
using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.Access;
using RotateSecrets.Peers.GitHub.Git;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.Shapes;

namespace RotateSecrets.Peers.GitHub.Endpoints;

/// <summary>The objects and references of git.</summary>
internal static class GitEndpoints
{
    private const string Heads = "refs/heads/";

    public static IEnumerable<Route> Routes { get; } =
    [
        new("POST /repos/{owner}/{repo}/git/blobs", "contents=write", MakeBlob),
        new("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", "contents=read", GetBlob),
        new("POST /repos/{owner}/{repo}/git/trees", "contents=write", MakeTree),
        new("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", "contents=read", GetTree),
        new("POST /repos/{owner}/{repo}/git/commits", "contents=write", MakeCommit),
        new("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", "contents=read", static question => question.Repository.Git.Commit(question.Values["commit_sha"]) is null
            ? Reply.NotFound
            : Reply.Ok(GitShape.Commit(question.Values["commit_sha"], question.Repository, question.Places))),
        new("GET /repos/{owner}/{repo}/git/ref/{ref}", "contents=read", GetReference),
        new("GET /repos/{owner}/{repo}/git/matching-refs/{ref}", "contents=read", MatchReferences),
        new("POST /repos/{owner}/{repo}/git/refs", "contents=write", MakeReference),
        new("PATCH /repos/{owner}/{repo}/git/refs/{ref}", "contents=write", MoveReference),
        new("DELETE /repos/{owner}/{repo}/git/refs/{ref}", "contents=write", RemoveReference),
    ];

    /// <summary>Refuses to change workflows by a token that may change everything but these.</summary>
    public static void CheckWorkflows(Question question, IEnumerable<string> paths)
    {
        if (paths.Any(static path => path.StartsWith(".github/workflows/", StringComparison.Ordinal)) && !question.Caller.Has("workflows", "write"))
        {
            throw question.Caller.Permissions is null ? new Refusal(Reply.NotFound) : Gatekeeper.Lacking(question.Caller, "contents=write,workflows=write", "repo, workflow");
        }
    }

    private static Reply MakeBlob(Question question)
    {
        var content = question.Text("content") ?? throw new Refusal(Reply.Invalid("Blob", "content", "missing_field"));
        byte[] bytes;
        try
        {
            bytes = question.Text("encoding") == "base64" ? Convert.FromBase64String(content) : Encoding.UTF8.GetBytes(content);
        }
        catch (FormatException)
        {
            return Reply.Error(422, "content is not valid Base64");
        }

        var sha = question.Repository.Git.Write(new Blob(bytes));
        return Reply.Created(new JsonObject { ["sha"] = sha, ["url"] = question.Places.Of($"repos/{question.Repository.FullName}/git/blobs/{sha}") });
    }

    private static Reply GetBlob(Question question) => question.Repository.Git.Blob(question.Values["file_sha"]) is not { } blob ? Reply.NotFound : Reply.Ok(new JsonObject
    {
        ["sha"] = question.Values["file_sha"],
        ["node_id"] = Places.Node("Blob", question.Repository.Id),
        ["size"] = blob.Content.Length,
        ["url"] = question.Places.Of($"repos/{question.Repository.FullName}/git/blobs/{question.Values["file_sha"]}"),
        ["content"] = Convert.ToBase64String(blob.Content),
        ["encoding"] = "base64",
    });

    private static Reply MakeTree(Question question)
    {
        var git = question.Repository.Git;
        var files = question.Text("base_tree") is not { } sha ? new SortedDictionary<string, TreeEntry>(StringComparer.Ordinal)
            : git.TreeOf(sha) is { } tree ? git.Files(tree) : throw new Refusal(Reply.Error(422, "base_tree is not a valid tree oid"));
        var entries = (question.Body["tree"] as JsonArray)?.OfType<JsonObject>().ToList() ?? throw new Refusal(Reply.Error(422, "Invalid tree info"));
        CheckWorkflows(question, entries.Select(static entry => entry["path"]?.ToString() ?? string.Empty));
        foreach (var entry in entries)
        {
            var path = entry["path"]?.ToString() ?? throw new Refusal(Reply.Error(422, "tree.path is missing"));
            if (entry["content"] is JsonNode text)
            {
                files[path] = new TreeEntry(entry["mode"]?.ToString() ?? "100644", "blob", git.Write(new Blob(Encoding.UTF8.GetBytes(text.ToString()))));
            }
            else if (entry["sha"] is JsonNode blob)
            {
                files[path] = git.Blob(blob.ToString()) is null ? throw new Refusal(Reply.Error(422, $"tree.sha {blob} is not a valid blob")) : new TreeEntry(entry["mode"]?.ToString() ?? "100644", "blob", blob.ToString());
            }
            else
            {
                files.Remove(path);
            }
        }

        var made = git.WriteTree(files);
        return Reply.Created(GitShape.Tree(made, git.Tree(made)!.Entries, question.Repository, question.Places));
    }

    private static Reply GetTree(Question question)
    {
        var git = question.Repository.Git;
        var named = question.Values["tree_sha"];
        var tree = git.TreeOf(question.Repository.Branches.GetValueOrDefault(named) ?? named);
        return tree is null ? Reply.NotFound
            : Reply.Ok(GitShape.Tree(tree, question.Query("recursive") is null ? git.Tree(tree)!.Entries : git.Walk(tree, string.Empty), question.Repository, question.Places));
    }

    private static Reply MakeCommit(Question question)
    {
        var git = question.Repository.Git;
        var tree = question.Text("tree");
        var parents = (question.Body["parents"] as JsonArray)?.Select(static parent => parent?.ToString() ?? string.Empty).ToList() ?? [];
        if (tree is null || git.Tree(tree) is null)
        {
            return Reply.Error(422, "Tree SHA does not exist");
        }

        if (parents.Exists(parent => git.Commit(parent) is null))
        {
            return Reply.Error(422, "Parent SHA does not exist or is not a commit object");
        }

        var author = question.Body["author"] as JsonObject;
        var sha = git.Write(new Commit(
            tree,
            parents,
            question.Text("message") ?? throw new Refusal(Reply.Invalid("Commit", "message", "missing_field")),
            author?["name"]?.ToString() ?? question.Caller.User.Login,
            author?["email"]?.ToString() ?? $"{question.Caller.User.Login}@example.com",
            question.State.Now));
        return Reply.Created(GitShape.Commit(sha, question.Repository, question.Places));
    }

    private static Reply GetReference(Question question) => Branch(question) is { } branch && question.Repository.Branches.TryGetValue(branch, out var sha)
        ? Reply.Ok(GitShape.Reference(Heads + branch, sha, question.Repository, question.Places))
        : Reply.NotFound;

    private static Reply MatchReferences(Question question) => Paging.Page(
        question,
        question.Repository.Branches.Where(branch => (Heads + branch.Key).StartsWith($"refs/{question.Values["ref"]}", StringComparison.Ordinal)),
        branch => GitShape.Reference(Heads + branch.Key, branch.Value, question.Repository, question.Places));

    private static Reply MakeReference(Question question)
    {
        var name = question.Text("ref") ?? string.Empty;
        var sha = question.Text("sha") ?? string.Empty;
        if (!name.StartsWith(Heads, StringComparison.Ordinal) || name.Length == Heads.Length)
        {
            return Reply.Error(422, $"{name} is not a valid ref name.");
        }

        if (question.Repository.Git.Commit(sha) is null)
        {
            return Reply.Error(422, "Object does not exist");
        }

        return question.Repository.Branches.TryAdd(name[Heads.Length..], sha)
            ? Reply.Created(GitShape.Reference(name, sha, question.Repository, question.Places))
            : Reply.Error(422, "Reference already exists");
    }

    private static Reply MoveReference(Question question)
    {
        var repository = question.Repository;
        var sha = question.Text("sha") ?? string.Empty;
        if (Branch(question) is not { } branch || !repository.Branches.TryGetValue(branch, out var before))
        {
            return Reply.Error(422, "Reference does not exist");
        }

        if (repository.Git.Commit(sha) is null)
        {
            return Reply.Error(422, "Object does not exist");
        }

        var isForced = question.Body["force"] is JsonValue value && value.TryGetValue<bool>(out var force) && force;
        if (repository.ProtectedBranches.Contains(branch))
        {
            return Reply.Error(422, "Required status check \"ci\" is expected. At least 1 approving review is required by reviewers with write access.");
        }

        if (!isForced && !repository.Git.IsAncestor(before, sha))
        {
            return Reply.Error(422, "Update is not a fast forward");
        }

        repository.Branches[branch] = sha;
        return Reply.Ok(GitShape.Reference(Heads + branch, sha, repository, question.Places));
    }

    private static Reply RemoveReference(Question question)
    {
        var repository = question.Repository;
        if (Branch(question) is not { } branch || !repository.Branches.TryGetValue(branch, out var sha))
        {
            return Reply.Error(422, "Reference does not exist");
        }

        foreach (var pull in repository.Pulls.Where(pull => pull.Head == branch))
        {
            pull.LastHead = sha;
            if (pull.IsOpen)
            {
                pull.Close();
            }
        }

        repository.Branches.Remove(branch);
        return Reply.NoContent;
    }

    private static string? Branch(Question question) => question.Values["ref"] is var name && name.StartsWith("heads/", StringComparison.Ordinal) ? name["heads/".Length..] : null;
}
