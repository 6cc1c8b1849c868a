using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Login;

/// <summary>There is nothing to authorise a request with, so it wasn't sent. It goes through Octokit, which knows no failures, and ends where its exceptions end.</summary>
/// <param name="failure">Why.</param>
internal sealed class LoginException(Failure failure) : Exception
{
    /// <summary>Why.</summary>
    public Failure Failure => failure;
}
