namespace RotateSecrets.Consumers;

/// <summary>What becomes of runs that began with an older value.</summary>
public enum RunDrainMode
{
    /// <summary>They are waited for.</summary>
    Await,

    /// <summary>They are cancelled and run again, with the new value.</summary>
    Rerun,

    /// <summary>They are cancelled.</summary>
    Cancel,
}

/// <summary>What is to run where a consumer isn't a process that can be restarted, but something that runs now and then: a workflow.</summary>
public sealed record RunRequest
{
    /// <summary>The file name of the workflow that shows whether the value works, in the repository of each consumer; null where none is run.</summary>
    public string? Workflow { get; init; }

    /// <summary>What it is given, by the names of its inputs.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The branch or tag that it is run on; null for the default branch.</summary>
    public string? Ref { get; init; }

    /// <summary>What becomes of runs that began with an older value. Default: they are waited for.</summary>
    public RunDrainMode Drain { get; init; }

    /// <summary>Whether references are changed at once, where the system's custom is to propose a change first. Default: they are proposed.</summary>
    public bool Direct { get; init; }
}
