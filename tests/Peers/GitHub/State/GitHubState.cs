namespace RotateSecrets.Peers.GitHub.State;

/// <summary>All that the server knows.</summary>
/// <param name="time">Its clock.</param>
public sealed class GitHubState(TimeProvider time) : IDisposable
{
    private readonly Dictionary<string, Account> accounts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Repository> repositories = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Credential> credentials = new(StringComparer.Ordinal);
    private readonly List<App> apps = [];
    private long lastId = 1000;

    public TimeProvider Time => time;

    public DateTimeOffset Now => time.GetUtcNow();

    public IReadOnlyList<App> Apps => apps;

    /// <summary>All repositories, in the order in which they were made.</summary>
    public IEnumerable<Repository> Repositories => repositories.Values;

    /// <summary>Finds an account; null where there is none.</summary>
    public Account? FindAccount(string login) => accounts.GetValueOrDefault(login);

    /// <summary>Finds a repository by <c>owner/name</c>; null where there is none.</summary>
    public Repository? FindRepository(string fullName) => repositories.GetValueOrDefault(fullName);

    /// <summary>An organisation; made where it isn't there yet.</summary>
    public Account Organization(string login) => AccountOf(login, isOrganization: true);

    /// <summary>A user; made where they aren't there yet.</summary>
    public Account User(string login) => AccountOf(login, isOrganization: false);

    /// <summary>A repository by <c>owner/name</c>; made where it isn't there yet, its owner as an organisation.</summary>
    public Repository Repository(string fullName)
    {
        if (!repositories.TryGetValue(fullName, out var repository))
        {
            var (owner, name) = fullName.Split('/') is [var one, var two] ? (one, two) : throw new ArgumentException("A repository is owner/name.", nameof(fullName));
            repositories[fullName] = repository = new Repository(this, NextId(), FindAccount(owner) ?? Organization(owner), name);
        }

        return repository;
    }

    /// <summary>Issues a fine-grained token.</summary>
    /// <param name="permissions">What it may: <c>secrets=write</c>.</param>
    public Credential FineGrained(params IEnumerable<string> permissions) => Keep(new Credential($"github_pat_{Guid.NewGuid():N}", User("octo-operator"))
    {
        Permissions = permissions.Select(static one => one.Split('=')).ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.Ordinal),
    });

    /// <summary>Issues a classic token.</summary>
    public Credential Classic(params IEnumerable<string> scopes) => Keep(new Credential($"ghp_{Guid.NewGuid():N}", User("octo-operator")) { Scopes = scopes.ToHashSet(StringComparer.Ordinal) });

    /// <summary>Installs an app.</summary>
    public App Install(string owner, params IEnumerable<string> permissions)
    {
        var app = new App(NextId(), NextId(), FindAccount(owner) ?? Organization(owner), permissions.Select(static one => one.Split('=')).ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.Ordinal));
        apps.Add(app);
        return app;
    }

    public Credential? Find(string token) => credentials.GetValueOrDefault(token);

    public void Revoke(string token) => credentials.Remove(token);

    internal Credential Keep(Credential credential)
    {
        credentials[credential.Token] = credential;
        return credential;
    }

    internal long NextId() => ++lastId;

    /// <summary>Writes what happened into the organisation's audit log.</summary>
    internal void Note(string action, string actor, Account owner, Repository? repository, params IEnumerable<(string Name, object Value)> fields)
    {
        if (owner.IsOrganization)
        {
            owner.Audit.Add(new AuditEvent(action, Now, actor, repository, fields.ToDictionary(static field => field.Name, static field => field.Value, StringComparer.Ordinal)));
        }
    }

    public void Dispose() => apps.ForEach(static app => app.Dispose());

    private Account AccountOf(string login, bool isOrganization)
    {
        if (!accounts.TryGetValue(login, out var account))
        {
            accounts[login] = account = new Account(NextId(), login, isOrganization, time);
        }

        return account;
    }
}
