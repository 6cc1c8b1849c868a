using System.Text;
using RotateSecrets.Peers.GitHub.Git;
using RotateSecrets.Peers.GitHub.Runs;

namespace RotateSecrets.Peers.GitHub.State;

/// <summary>An environment of a repository.</summary>
/// <param name="id">Its id.</param>
/// <param name="name">Its name.</param>
/// <param name="time">Stamps the writes.</param>
public sealed class DeploymentEnvironment(long id, string name, TimeProvider time)
{
    public long Id => id;

    public string Name => name;

    public DateTimeOffset CreatedAt { get; } = time.GetUtcNow();

    public SecretShelf Secrets { get; } = new(100, time);

    /// <summary>Whether somebody has to approve of a job before it starts.</summary>
    public bool NeedsApproval { get; set; }

    /// <summary>The patterns of branches that may deploy; null for all.</summary>
    public List<string>? Branches { get; set; }

    /// <summary>Whether only protected branches may deploy.</summary>
    public bool OnlyProtectedBranches { get; set; }
}

/// <summary>A repository.</summary>
public sealed class Repository
{
    private readonly Dictionary<SecretUse, SecretShelf> shelves;
    private readonly GitHubState state;

    internal Repository(GitHubState state, long id, Account owner, string name)
    {
        this.state = state;
        Id = id;
        Owner = owner;
        Name = name;
        CreatedAt = state.Time.GetUtcNow();
        shelves = Enum.GetValues<SecretUse>().ToDictionary(static use => use, _ => new SecretShelf(100, state.Time));
        Actions = new ActionsOffice(state, this);
    }

    public long Id { get; }

    public Account Owner { get; }

    public string Name { get; }

    public string FullName => $"{Owner.Login}/{Name}";

    public DateTimeOffset CreatedAt { get; }

    public bool IsPrivate { get; set; } = true;

    public bool IsArchived { get; set; }

    public string DefaultBranch { get; set; } = "main";

    /// <summary>The objects of git.</summary>
    public ObjectStore Git { get; } = new();

    /// <summary>Branches, and the commits that they are at.</summary>
    public SortedDictionary<string, string> Branches { get; } = new(StringComparer.Ordinal);

    public HashSet<string> ProtectedBranches { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, DeploymentEnvironment> Environments { get; } = new(StringComparer.OrdinalIgnoreCase);

    public List<PullRequest> Pulls { get; } = [];

    public List<Codespace> Codespaces { get; } = [];

    /// <summary>Workflows and runs.</summary>
    public ActionsOffice Actions { get; }

    public SecretShelf Secrets(SecretUse use = SecretUse.Actions) => shelves[use];

    /// <summary>An environment; made where it isn't there yet.</summary>
    public DeploymentEnvironment Environment(string name)
    {
        if (!Environments.TryGetValue(name, out var environment))
        {
            Environments[name] = environment = new DeploymentEnvironment(state.NextId(), name, state.Time);
        }

        return environment;
    }

    /// <summary>Commits files to a branch, which is made from the default branch where it isn't there yet.</summary>
    /// <returns>The commit.</returns>
    public string Commit(string branch, string message, params IEnumerable<(string Path, string Text)> files)
    {
        var parent = Branches.GetValueOrDefault(branch) ?? Branches.GetValueOrDefault(DefaultBranch);
        var all = parent is null ? new SortedDictionary<string, TreeEntry>(StringComparer.Ordinal) : Git.Files(Git.Commit(parent)!.Tree);
        foreach (var (path, text) in files)
        {
            all[path] = new TreeEntry("100644", "blob", Git.Write(new Blob(Encoding.UTF8.GetBytes(text))));
        }

        var commit = Git.Write(new Commit(Git.WriteTree(all), parent is null ? [] : [parent], message, "octo-dev", "octo-dev@example.com", state.Time.GetUtcNow()));
        Branches[branch] = commit;
        return commit;
    }

    /// <summary>The text of a file at the head of a branch; null where there is none.</summary>
    public string? Read(string branch, string path) =>
        Branches.GetValueOrDefault(branch) is { } commit && Git.Find(Git.Commit(commit)!.Tree, path) is { Type: "blob" } entry ? Encoding.UTF8.GetString(Git.Blob(entry.Sha)!.Content) : null;
}
