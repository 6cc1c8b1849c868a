using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.Git;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Shapes;

/// <summary>Objects of git as JSON.</summary>
internal static class GitShape
{
    public static JsonObject Reference(string name, string sha, Repository repository, Places places) => new()
    {
        ["ref"] = name,
        ["node_id"] = Places.Node("Ref", repository.Id),
        ["url"] = places.Of($"repos/{repository.FullName}/git/{name}"),
        ["object"] = new JsonObject { ["sha"] = sha, ["type"] = "commit", ["url"] = places.Of($"repos/{repository.FullName}/git/commits/{sha}") },
    };

    public static JsonObject Commit(string sha, Repository repository, Places places)
    {
        var commit = repository.Git.Commit(sha)!;
        return new JsonObject
        {
            ["sha"] = sha,
            ["node_id"] = Places.Node("Commit", repository.Id),
            ["url"] = places.Of($"repos/{repository.FullName}/git/commits/{sha}"),
            ["html_url"] = Places.Page($"{repository.FullName}/commit/{sha}"),
            ["author"] = Person(commit),
            ["committer"] = Person(commit),
            ["tree"] = new JsonObject { ["sha"] = commit.Tree, ["url"] = places.Of($"repos/{repository.FullName}/git/trees/{commit.Tree}") },
            ["message"] = commit.Message,
            ["parents"] = new JsonArray([.. commit.Parents.Select(parent => new JsonObject
            {
                ["sha"] = parent,
                ["url"] = places.Of($"repos/{repository.FullName}/git/commits/{parent}"),
                ["html_url"] = Places.Page($"{repository.FullName}/commit/{parent}"),
            })]),
            ["verification"] = Unsigned(),
        };
    }

    public static JsonObject Branch(string name, string sha, Repository repository, Places places) => new()
    {
        ["name"] = name,
        ["commit"] = new JsonObject { ["sha"] = sha, ["url"] = places.Of($"repos/{repository.FullName}/commits/{sha}") },
        ["protected"] = repository.ProtectedBranches.Contains(name),
    };

    /// <summary>A branch by itself.</summary>
    public static JsonObject BranchInFull(string name, string sha, Repository repository, Places places)
    {
        var shape = Branch(name, sha, repository, places);
        var url = places.Of($"repos/{repository.FullName}/commits/{sha}");
        var commit = Commit(sha, repository, places);
        shape["commit"] = new JsonObject
        {
            ["sha"] = sha,
            ["node_id"] = Places.Node("Commit", repository.Id),
            ["url"] = url,
            ["html_url"] = Places.Page($"{repository.FullName}/commit/{sha}"),
            ["comments_url"] = $"{url}/comments",
            ["commit"] = new JsonObject
            {
                ["author"] = commit["author"]!.DeepClone(),
                ["committer"] = commit["committer"]!.DeepClone(),
                ["message"] = commit["message"]!.DeepClone(),
                ["tree"] = commit["tree"]!.DeepClone(),
                ["url"] = commit["url"]!.DeepClone(),
                ["comment_count"] = 0,
                ["verification"] = Unsigned(),
            },
            ["author"] = null,
            ["committer"] = null,
            ["parents"] = commit["parents"]!.DeepClone(),
        };
        shape["_links"] = new JsonObject { ["self"] = places.Of($"repos/{repository.FullName}/branches/{name}"), ["html"] = Places.Page($"{repository.FullName}/tree/{name}") };
        shape["protection"] = new JsonObject { ["enabled"] = repository.ProtectedBranches.Contains(name) };
        shape["protection_url"] = places.Of($"repos/{repository.FullName}/branches/{Uri.EscapeDataString(name)}/protection");
        return shape;
    }

    public static JsonObject Tree(string sha, IEnumerable<(string Path, TreeEntry Entry)> entries, Repository repository, Places places) => new()
    {
        ["sha"] = sha,
        ["url"] = places.Of($"repos/{repository.FullName}/git/trees/{sha}"),
        ["tree"] = new JsonArray([.. entries.Select(one => Entry(one.Path, one.Entry, repository, places))]),
        ["truncated"] = false,
    };

    public static JsonObject Content(string path, TreeEntry entry, string reference, bool isWhole, Repository repository, Places places)
    {
        var url = places.Of($"repos/{repository.FullName}/contents/{path}?ref={Uri.EscapeDataString(reference)}");
        var html = Places.Page($"{repository.FullName}/blob/{reference}/{path}");
        var git = places.Of($"repos/{repository.FullName}/git/{entry.Type}s/{entry.Sha}");
        var blob = repository.Git.Blob(entry.Sha);
        var shape = new JsonObject
        {
            ["name"] = path[(path.LastIndexOf('/') + 1)..],
            ["path"] = path,
            ["sha"] = entry.Sha,
            ["size"] = blob?.Content.Length ?? 0,
            ["url"] = url,
            ["html_url"] = html,
            ["git_url"] = git,
            ["download_url"] = blob is null ? null : $"https://raw.githubusercontent.com/{repository.FullName}/{reference}/{path}",
            ["type"] = blob is null ? "dir" : "file",
            ["_links"] = new JsonObject { ["self"] = url, ["git"] = git, ["html"] = html },
        };
        if (isWhole && blob is not null)
        {
            shape["content"] = Convert.ToBase64String(blob.Content, Base64FormattingOptions.InsertLineBreaks).Replace("\r\n", "\n", StringComparison.Ordinal) + "\n";
            shape["encoding"] = "base64";
        }

        return shape;
    }

    public static JsonObject Unsigned() => new() { ["verified"] = false, ["reason"] = "unsigned", ["signature"] = null, ["payload"] = null, ["verified_at"] = null };

    public static JsonObject Person(Commit commit) => new() { ["name"] = commit.Author, ["email"] = commit.Email, ["date"] = Places.Moment(commit.At) };

    private static JsonObject Entry(string path, TreeEntry entry, Repository repository, Places places)
    {
        var shape = new JsonObject { ["path"] = path, ["mode"] = entry.Mode, ["type"] = entry.Type, ["sha"] = entry.Sha };
        if (repository.Git.Blob(entry.Sha) is { } blob)
        {
            shape["size"] = blob.Content.Length;
        }

        shape["url"] = places.Of($"repos/{repository.FullName}/git/{entry.Type}s/{entry.Sha}");
        return shape;
    }
}
