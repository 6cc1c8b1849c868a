using RotateSecrets.GitHub.Workflows.Yaml;

namespace RotateSecrets.GitHub.Workflows.Files;

/// <summary>A job of a workflow.</summary>
/// <param name="Id">Its key.</param>
/// <param name="Map">What it says.</param>
/// <param name="Uses">Where it uses the secrets context.</param>
internal sealed record WorkflowJob(string Id, YamlMap Map, IReadOnlyList<SecretUse> Uses)
{
    /// <summary>The reusable workflow that it calls, as it is written; null for a job with steps of its own.</summary>
    public string? Calls => (Map["uses"] as YamlScalar)?.Text;

    /// <summary>Its matrix; null where it has none.</summary>
    public YamlNode? Matrix => (Map["strategy"] as YamlMap)?["matrix"];

    /// <summary>The scalar <c>inherit</c>, where the workflow it calls is given all secrets.</summary>
    public YamlScalar? Inherit => Map["secrets"] is YamlScalar scalar && scalar.Is("inherit") ? scalar : null;

    /// <summary>The environment it names; null where it names none.</summary>
    public YamlScalar? Environment => (Map["environment"] is YamlMap map ? map["name"] : Map["environment"]) as YamlScalar;
}

/// <summary>A workflow.</summary>
internal sealed class WorkflowDocument
{
    /// <summary>What it is written as.</summary>
    public required YamlMap Root { get; init; }

    /// <summary>Its jobs.</summary>
    public required IReadOnlyList<WorkflowJob> Jobs { get; init; }

    /// <summary>Where it uses the secrets context outside of jobs.</summary>
    public required IReadOnlyList<SecretUse> Outside { get; init; }

    /// <summary>Whether its aliases unfold to more than anybody means.</summary>
    public required bool IsExhausted { get; init; }

    /// <summary>Whether nothing but other workflows starts it.</summary>
    public bool IsOnlyCalled => Triggers is ["workflow_call"];

    /// <summary>The environment variables of the whole workflow.</summary>
    public YamlMap? Variables => Root["env"] as YamlMap;

    /// <summary>What starts it: the names of events.</summary>
    public IReadOnlyList<string> Triggers => (Root["on"] ?? Root["true"]) switch
    {
        YamlScalar one => [one.Text],
        YamlList list => [.. list.Items.OfType<YamlScalar>().Select(static item => item.Text)],
        YamlMap map => [.. map.Entries.Select(static entry => entry.Key.Text)],
        _ => [],
    };

    /// <summary>What it says about an event; null where it says nothing.</summary>
    public YamlMap? Trigger(string name) => ((Root["on"] ?? Root["true"]) as YamlMap)?[name] as YamlMap;

    /// <summary>Takes a document for a workflow.</summary>
    /// <param name="root">The document.</param>
    public static WorkflowDocument Of(YamlMap root)
    {
        var collector = new UseCollector("secrets");
        var jobs = new List<WorkflowJob>();
        foreach (var (id, job) in root.Entries.Where(static entry => entry.Key.Is("jobs")).Select(static entry => entry.Value).OfType<YamlMap>().SelectMany(static some => some.Entries))
        {
            if (job is YamlMap map)
            {
                collector.CollectJob(map);
                jobs.Add(new WorkflowJob(id.Text, map, collector.Taken()));
            }
        }

        foreach (var (key, value) in root.Entries)
        {
            if (key.Word is not ("on" or "jobs" or "name"))
            {
                collector.Collect(value);
            }
        }

        // What an alias brings into a job counts there.
        var outside = collector.Taken();
        var inJobs = outside.Count == 0 ? [] : jobs.SelectMany(static job => job.Uses).Select(static use => use.Scalar).ToHashSet();
        return new WorkflowDocument
        {
            Root = root,
            Jobs = jobs,
            Outside = [.. outside.Where(use => !inJobs.Contains(use.Scalar))],
            IsExhausted = collector.IsExhausted,
        };
    }
}
