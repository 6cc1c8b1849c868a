using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.Git;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.Shapes;

namespace RotateSecrets.Peers.GitHub.Endpoints;

/// <summary>Files by their paths.</summary>
internal static class ContentEndpoints
{
    public static IEnumerable<Route> Routes { get; } =
    [
        new("GET /repos/{owner}/{repo}/contents/{path}", "contents=read", Get),
        new("PUT /repos/{owner}/{repo}/contents/{path}", "contents=write", Put),
        new("DELETE /repos/{owner}/{repo}/contents/{path}", "contents=write", Remove),
    ];

    /// <summary>The commit that a branch, or a commit's own name, means; null for none.</summary>
    public static string? CommitOf(Question question, string? reference)
    {
        var repository = question.Repository;
        var name = reference ?? repository.DefaultBranch;
        name = name.StartsWith("refs/heads/", StringComparison.Ordinal) ? name["refs/heads/".Length..] : name;
        return repository.Branches.GetValueOrDefault(name) ?? (repository.Git.Commit(name) is null ? null : name);
    }

    private static Reply Get(Question question)
    {
        var repository = question.Repository;
        var path = question.Values["path"].Trim('/');
        if (CommitOf(question, question.Query("ref")) is not { } commit)
        {
            return Reply.Error(404, $"No commit found for the ref {question.Query("ref")}");
        }

        if (repository.Git.Find(repository.Git.Commit(commit)!.Tree, path) is not { } entry)
        {
            return Reply.NotFound;
        }

        var reference = question.Query("ref") ?? repository.DefaultBranch;
        return Reply.Ok(entry.Type == "tree"
            ? new JsonArray([.. repository.Git.Tree(entry.Sha)!.Entries.Select(one => GitShape.Content(path.Length == 0 ? one.Name : $"{path}/{one.Name}", one.Entry, reference, isWhole: false, repository, question.Places))])
            : GitShape.Content(path, entry, reference, isWhole: true, repository, question.Places));
    }

    private static Reply Put(Question question)
    {
        var (branch, before, files) = Open(question);
        var path = question.Values["path"];
        var existing = files.GetValueOrDefault(path);
        if (existing is not null && question.Text("sha") is null)
        {
            return Reply.Error(422, "Invalid request.\n\n\"sha\" wasn't supplied.");
        }

        if (existing is not null && question.Text("sha") != existing.Sha)
        {
            return Reply.Error(409, $"{path} does not match {question.Text("sha")}");
        }

        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(question.Text("content") ?? string.Empty);
        }
        catch (FormatException)
        {
            return Reply.Error(422, "content is not valid Base64");
        }

        var entry = new TreeEntry("100644", "blob", question.Repository.Git.Write(new Blob(bytes)));
        files[path] = entry;
        return Close(question, branch, before, files, GitShape.Content(path, entry, branch, isWhole: false, question.Repository, question.Places), existing is null ? 201 : 200);
    }

    private static Reply Remove(Question question)
    {
        var (branch, before, files) = Open(question);
        var path = question.Values["path"];
        if (files.GetValueOrDefault(path) is not { } existing)
        {
            return Reply.NotFound;
        }

        if (question.Text("sha") != existing.Sha)
        {
            return Reply.Error(409, $"{path} does not match {question.Text("sha")}");
        }

        files.Remove(path);
        return Close(question, branch, before, files, null, 200);
    }

    private static (string Branch, string Before, SortedDictionary<string, TreeEntry> Files) Open(Question question)
    {
        GitEndpoints.CheckWorkflows(question, [question.Values["path"]]);
        var branch = question.Text("branch") ?? question.Repository.DefaultBranch;
        if (!question.Repository.Branches.TryGetValue(branch, out var before))
        {
            throw new Refusal(Reply.Error(404, $"Branch {branch} not found"));
        }

        return question.Repository.ProtectedBranches.Contains(branch)
            ? throw new Refusal(Reply.Error(409, "Repository rule violations found\n\nChanges must be made through a pull request.\n\n"))
            : (branch, before, question.Repository.Git.Files(question.Repository.Git.Commit(before)!.Tree));
    }

    private static Reply Close(Question question, string branch, string before, SortedDictionary<string, TreeEntry> files, JsonObject? content, int status)
    {
        var repository = question.Repository;
        var sha = repository.Git.Write(new Commit(
            repository.Git.WriteTree(files), [before], question.Text("message") ?? string.Empty, question.Caller.User.Login, $"{question.Caller.User.Login}@example.com", question.State.Now));
        repository.Branches[branch] = sha;
        return new Reply(status, new JsonObject { ["content"] = content, ["commit"] = GitShape.Commit(sha, repository, question.Places) });
    }
}
