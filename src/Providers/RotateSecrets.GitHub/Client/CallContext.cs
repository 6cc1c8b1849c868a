namespace RotateSecrets.GitHub.Client;

/// <summary>What goes along with a call through Octokit, which has no place for it, down to where the request is sent.</summary>
/// <param name="Cancellation">Gives up at once.</param>
internal sealed record CallContext(CancellationToken Cancellation)
{
    private static readonly AsyncLocal<CallContext?> Flowing = new();

    /// <summary>Of the call that is under way.</summary>
    public static CallContext? Current
    {
        get => Flowing.Value;
        set => Flowing.Value = value;
    }

    /// <summary>The answer is only wanted if it is another than the one of this ETag.</summary>
    public string? IfNoneMatch { get; init; }

    /// <summary>Whether the request is sent without the token, or with one of its own.</summary>
    public string? Authorization { get; init; }

    /// <summary>Whether nothing may be sent a second time.</summary>
    public bool IsSingle { get; init; }
}
