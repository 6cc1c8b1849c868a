namespace RotateSecrets.Peers.GitHub.State;

/// <summary>A codespace.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="StartedAt">When it was last started.</param>
public sealed record Codespace(long Id, string Name, Account Owner, DateTimeOffset StartedAt)
{
    public string State { get; init; } = "Available";
}
