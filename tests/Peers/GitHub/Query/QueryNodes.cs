using System.Globalization;
using System.Text;
using RotateSecrets.Peers.GitHub.Git;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Query;

/// <summary>Something that fields can be asked of.</summary>
internal interface IQueryNode
{
    /// <summary>The type's name in the schema.</summary>
    string Type { get; }

    /// <summary>Whether it is of a type, or has an interface.</summary>
    bool Is(string type) => type == Type;

    /// <summary>The value of a field: null, text, a number, a truth, a node or nodes.</summary>
    object? Resolve(string field, IReadOnlyDictionary<string, string?> arguments, Action<string> report);
}

/// <summary>Where a query begins.</summary>
internal sealed class RootNode(Question question) : IQueryNode
{
    public string Type => "Query";

    public object? Resolve(string field, IReadOnlyDictionary<string, string?> arguments, Action<string> report)
    {
        switch (field)
        {
            case "repository":
                var name = $"{arguments["owner"]}/{arguments["name"]}";
                if (question.State.FindRepository(name) is { } repository && question.Caller.Sees(repository) && question.Caller.Has("contents", "read")
                    && (!repository.Owner.RequiresSso || question.Caller.App is not null || question.Caller.AuthorizedFor.Contains(repository.Owner.Login)))
                {
                    return new RepositoryNode(repository);
                }

                report($"Could not resolve to a Repository with the name '{name}'.");
                return null;
            case "rateLimit":
                var (limit, used, reset) = question.Limits.Read(question.Caller, question.Route);
                return new Fields("RateLimit", ("cost", 1), ("limit", limit), ("remaining", limit - used), ("used", used), ("resetAt", reset.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)));
            case "viewer":
                return new Fields("User", ("login", question.Caller.User.Login));
            default:
                throw Unknown(Type, field);
        }
    }

    public static Refusal Unknown(string type, string field) => new(Reply.Error(500, $"{type}.{field} is not among the fields that this server knows."));
}

/// <summary>Plain values.</summary>
internal sealed class Fields(string type, params (string Name, object? Value)[] values) : IQueryNode
{
    public string Type => type;

    public object? Resolve(string field, IReadOnlyDictionary<string, string?> arguments, Action<string> report) =>
        Array.FindIndex(values, one => one.Name == field) is >= 0 and var index ? values[index].Value : throw RootNode.Unknown(type, field);
}

/// <summary>A repository.</summary>
internal sealed class RepositoryNode(Repository repository) : IQueryNode
{
    public string Type => "Repository";

    public object? Resolve(string field, IReadOnlyDictionary<string, string?> arguments, Action<string> report) => field switch
    {
        "name" => repository.Name,
        "nameWithOwner" => repository.FullName,
        "databaseId" => (int)repository.Id,
        "isArchived" => repository.IsArchived,
        "isPrivate" => repository.IsPrivate,
        "isEmpty" => repository.Branches.Count == 0,
        "defaultBranchRef" => repository.Branches.TryGetValue(repository.DefaultBranch, out var sha) ? Ref(repository.DefaultBranch, sha) : null,
        "ref" => Branch(arguments["qualifiedName"]!) is { } name && repository.Branches.TryGetValue(name, out var head) ? Ref(name, head) : null,
        "object" => Expression(arguments),
        "refs" => Refs(arguments),
        _ => throw RootNode.Unknown(Type, field),
    };

    private static string Branch(string name) => name.StartsWith("refs/heads/", StringComparison.Ordinal) ? name["refs/heads/".Length..] : name;

    private Fields Ref(string name, string sha) => new("Ref", ("name", name), ("prefix", "refs/heads/"), ("target", new ObjectNode(repository, new TreeEntry("160000", "commit", sha))));

    private Fields Refs(IReadOnlyDictionary<string, string?> arguments)
    {
        var start = arguments.GetValueOrDefault("after") is { } after ? int.Parse(after, CultureInfo.InvariantCulture) : 0;
        var first = Math.Min(100, int.Parse(arguments.GetValueOrDefault("first") ?? "100", CultureInfo.InvariantCulture));
        var page = repository.Branches.Skip(start).Take(first).Select(branch => (IQueryNode)Ref(branch.Key, branch.Value)).ToList();
        return new Fields(
            "RefConnection",
            ("nodes", page),
            ("totalCount", repository.Branches.Count),
            ("pageInfo", new Fields("PageInfo", ("hasNextPage", start + page.Count < repository.Branches.Count), ("endCursor", (start + page.Count).ToString(CultureInfo.InvariantCulture)))));
    }

    private ObjectNode? Expression(IReadOnlyDictionary<string, string?> arguments)
    {
        var (revision, path) = (arguments.GetValueOrDefault("expression") ?? arguments.GetValueOrDefault("oid"))!.Split(':', 2) is [var one, var two] ? (one, two) : (arguments.GetValueOrDefault("expression") ?? arguments["oid"]!, null);
        var sha = revision == "HEAD" ? repository.Branches.GetValueOrDefault(repository.DefaultBranch) : repository.Branches.GetValueOrDefault(Branch(revision)) ?? revision;
        if (sha is null || repository.Git.TreeOf(sha) is not { } tree)
        {
            return sha is not null && path is null && repository.Git.Blob(sha) is not null ? new ObjectNode(repository, new TreeEntry("100644", "blob", sha)) : null;
        }

        return path is null ? new ObjectNode(repository, new TreeEntry("160000", repository.Git.Commit(sha) is null ? "tree" : "commit", sha))
            : repository.Git.Find(tree, path) is { } entry ? new ObjectNode(repository, entry) : null;
    }
}

/// <summary>An object of git.</summary>
internal sealed class ObjectNode(Repository repository, TreeEntry entry) : IQueryNode
{
    // Above this size the text is cut off.
    private const int MostText = 512 * 1024;

    public string Type => entry.Type switch { "blob" => "Blob", "tree" => "Tree", _ => "Commit" };

    public bool Is(string type) => type == Type || type is "GitObject" or "Node";

    public object? Resolve(string field, IReadOnlyDictionary<string, string?> arguments, Action<string> report) => (field, repository.Git.Blob(entry.Sha)) switch
    {
        ("oid", _) => entry.Sha,
        ("byteSize", { } blob) => blob.Content.Length,
        ("isBinary", { } blob) => blob.Content.AsSpan().Contains((byte)0),
        ("isTruncated", { } blob) => blob.Content.Length > MostText,
        ("text", { } blob) => blob.Content.AsSpan().Contains((byte)0) ? null : Encoding.UTF8.GetString(blob.Content.AsSpan(0, Math.Min(blob.Content.Length, MostText))),
        ("entries", _) => repository.Git.Tree(entry.Sha)!.Entries.Select(one => (IQueryNode)new Fields(
            "TreeEntry",
            ("name", one.Name),
            ("type", one.Entry.Type),
            ("oid", one.Entry.Sha),
            ("mode", Convert.ToInt32(one.Entry.Mode, 8)),
            ("size", repository.Git.Blob(one.Entry.Sha)?.Content.Length ?? 0),
            ("object", new ObjectNode(repository, one.Entry)))),
        ("tree", _) => new ObjectNode(repository, new TreeEntry("040000", "tree", repository.Git.TreeOf(entry.Sha)!)),
        _ => throw RootNode.Unknown(Type, field),
    };
}
