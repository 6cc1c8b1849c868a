using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Runs;

/// <summary>The workflows of a repository, and their runs.</summary>
/// <param name="state">All that the server knows.</param>
/// <param name="repository">The repository.</param>
public sealed class ActionsOffice(GitHubState state, Repository repository)
{
    private const string Folder = ".github/workflows/";

    private readonly Dictionary<string, Workflow> workflows = new(StringComparer.Ordinal);
    private readonly List<Run> runs = [];

    /// <summary>All runs, the oldest first.</summary>
    public IReadOnlyList<Run> Runs => runs;

    /// <summary>The workflows of the default branch, and those that ran.</summary>
    public IEnumerable<Workflow> All()
    {
        var head = repository.Branches.GetValueOrDefault(repository.DefaultBranch);
        if (head is not null && repository.Git.Find(repository.Git.Commit(head)!.Tree, Folder) is { Type: "tree" } folder)
        {
            foreach (var (name, entry) in repository.Git.Tree(folder.Sha)!.Entries)
            {
                if (entry.Type == "blob" && (name.EndsWith(".yml", StringComparison.Ordinal) || name.EndsWith(".yaml", StringComparison.Ordinal)))
                {
                    Workflow(name);
                }
            }
        }

        return workflows.Values.OrderBy(static workflow => workflow.Id);
    }

    /// <summary>A workflow by its file's name, for setting how its runs go.</summary>
    public Workflow Workflow(string fileName)
    {
        if (!workflows.TryGetValue(Folder + fileName, out var workflow))
        {
            workflows[Folder + fileName] = workflow = new Workflow(state.NextId(), Folder + fileName, state.Now);
        }

        return workflow;
    }

    /// <summary>Finds a workflow by its id or its file's name; null where there is none.</summary>
    public Workflow? Find(string idOrFile) => All().FirstOrDefault(workflow => workflow.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) == idOrFile || workflow.FileName == idOrFile)
        is { } found && (repository.Read(repository.DefaultBranch, found.Path) is not null || runs.Exists(run => run.Workflow == found)) ? found : null;

    /// <summary>The file of a workflow on a branch; null where there is none, or it isn't one.</summary>
    public WorkflowText? Text(Workflow workflow, string branch) =>
        repository.Read(branch, workflow.Path) is { } text ? WorkflowText.Read(text, path => repository.Read(branch, path)) : null;

    /// <summary>Queues a run, as a push would or as the API does.</summary>
    public Run Start(string fileName, string trigger = "push", string? branch = null, Account? actor = null, IReadOnlyDictionary<string, string>? inputs = null)
    {
        var workflow = Workflow(fileName);
        branch ??= repository.DefaultBranch;
        var run = new Run(state.NextId(), runs.Count(one => one.Workflow == workflow) + 1, workflow, state.Now)
        {
            Event = trigger,
            Branch = branch,
            HeadSha = repository.Branches[branch],
            Actor = actor ?? state.User("octo-dev"),
            Inputs = inputs ?? new Dictionary<string, string>(),
        };
        Queue(run);
        runs.Add(run);
        return run;
    }

    /// <summary>Lets a run begin anew.</summary>
    /// <param name="run">The run.</param>
    /// <param name="onlyFailed">Whether jobs that succeeded stay as they are.</param>
    public void Rerun(Run run, bool onlyFailed = false)
    {
        var kept = onlyFailed ? run.Jobs.Where(static job => job.Conclusion == "success").ToList() : [];
        run.Attempt++;
        run.IsCancelled = false;
        run.QueuedAt = state.Now;
        Queue(run);
        run.Jobs = [.. run.Jobs.Select(job => kept.Find(one => one.Text.Id == job.Text.Id) ?? job)];
    }

    /// <summary>Ends a run.</summary>
    public void Cancel(Run run, bool isForced = false)
    {
        if (run.Workflow.IgnoresCancel && !isForced)
        {
            return;
        }

        run.IsCancelled = true;
        foreach (var job in run.Jobs.Where(static job => job.Status != RunStatus.Completed))
        {
            End(job, "cancelled");
        }
    }

    /// <summary>Decides on jobs that wait for an environment.</summary>
    public void Decide(Run run, string environment, bool isApproved)
    {
        foreach (var job in run.Jobs.Where(job => job.Status == RunStatus.Waiting && string.Equals(job.Text.Environment, environment, StringComparison.OrdinalIgnoreCase)))
        {
            job.IsApproved = isApproved;
            if (!isApproved)
            {
                End(job, "failure");
            }
        }
    }

    /// <summary>Lets everything become what it is by now.</summary>
    internal void Settle()
    {
        foreach (var job in runs.Where(static run => run.Status != RunStatus.Completed).SelectMany(static run => run.Jobs).Where(static job => job.Status != RunStatus.Completed))
        {
            var workflow = job.Run.Workflow;
            if (job.Status is RunStatus.Queued or RunStatus.Waiting && !workflow.HoldsQueued && state.Now >= job.Run.QueuedAt + workflow.QueueFor)
            {
                Begin(job);
            }

            if (job.Status == RunStatus.InProgress && !workflow.HoldsRunning && state.Now >= job.StartedAt + workflow.RunFor)
            {
                job.FailedStep = workflow.Judge(job);
                End(job, workflow.TimesOut ? "timed_out" : job.FailedStep is null ? "success" : "failure");
            }
        }
    }

    private void Queue(Run run)
    {
        var secrets = new Dictionary<string, byte[]>(StringComparer.OrdinalIgnoreCase);
        foreach (var secret in Visible(SecretUse.Actions).Concat(repository.Secrets().All))
        {
            secrets[secret.Name] = secret.Value;
        }

        run.Secrets = secrets;
        run.UpdatedAt = state.Now;
        var text = Text(run.Workflow, run.Branch);
        run.Jobs = [.. (text?.Jobs ?? [new WorkflowJob("build", "build", null, ["Build"], ["ubuntu-latest"], new HashSet<string>())]).Select(job => new Job(state.NextId(), run, job))];
    }

    /// <summary>The organisation's secrets that this repository gets.</summary>
    internal IEnumerable<StoredSecret> Visible(SecretUse use) => repository.Owner.Secrets(use).All.Where(secret => secret.Visibility switch
    {
        SecretVisibility.All => true,
        SecretVisibility.Private => repository.IsPrivate,
        _ => secret.Selected.Contains(repository.Id),
    });

    private void Begin(Job job)
    {
        var environment = job.Text.Environment is { } name ? repository.Environment(name) : null;
        if (environment is { NeedsApproval: true } && !job.IsApproved)
        {
            job.Status = RunStatus.Waiting;
            return;
        }

        var secrets = new Dictionary<string, byte[]>(job.Run.Secrets, StringComparer.OrdinalIgnoreCase);
        foreach (var secret in environment?.Secrets.All ?? [])
        {
            secrets[secret.Name] = secret.Value;
        }

        job.Secrets = secrets;
        job.Status = RunStatus.InProgress;
        job.StartedAt = job.Run.UpdatedAt = state.Now;
        state.Note(
            "workflows.prepared_workflow_job",
            job.Run.Actor.Login,
            repository.Owner,
            repository,
            ("workflow_run_id", job.Run.Id),
            ("job_name", job.Text.Id),
            ("job_workflow_ref", $"{repository.FullName}/{job.Run.Workflow.Path}@refs/heads/{job.Run.Branch}"),
            ("calling_workflow_refs", Array.Empty<string>()),
            ("environment_name", job.Text.Environment ?? string.Empty),
            ("secrets_passed", job.Used.Keys.Order(StringComparer.Ordinal).ToArray()));
    }

    private void End(Job job, string conclusion)
    {
        job.Status = RunStatus.Completed;
        job.Conclusion = conclusion;
        job.StartedAt ??= state.Now;
        job.CompletedAt = job.Run.UpdatedAt = state.Now;
    }
}
