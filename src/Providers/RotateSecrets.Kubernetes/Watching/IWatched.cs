namespace RotateSecrets.Kubernetes.Watching;

/// <summary>What is made of an object that is watched.</summary>
internal interface IWatched
{
    /// <summary>The object's own name for all time.</summary>
    string Uid { get; }

    /// <summary>By what it is looked up; several objects may have the same.</summary>
    string Key { get; }
}
