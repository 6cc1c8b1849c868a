namespace RotateSecrets.GitHub.Client;

/// <summary>What a call is for, so that its refusal can be explained.</summary>
/// <param name="Target">The address, the consumer, or the store's name.</param>
/// <param name="Operation">Method and path as the API's description has them: <c>PUT /repos/{owner}/{repo}/actions/secrets/{secret_name}</c>.</param>
/// <param name="Permission">What a fine-grained token or an app needs for it: <c>Secrets: write</c>.</param>
internal sealed record CallNeed(string Target, string Operation, string Permission)
{
    /// <summary>Whether it would change something.</summary>
    public bool IsWrite => !Operation.StartsWith("GET ", StringComparison.Ordinal) && Operation != "POST /graphql";
}
