using Amazon.Runtime;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Aws.Connecting;

/// <summary>Credentials that say why where they can't be had any more: a sign-in ends, a process fails, a variable is taken away.</summary>
/// <param name="inner">The credentials.</param>
/// <param name="explain">Says why.</param>
internal sealed class ExplainedCredentials(AWSCredentials inner, Func<Exception, Failure> explain) : AWSCredentials
{
    /// <inheritdoc/>
    public override DateTime? Expiration
    {
        get => inner.Expiration;
        set => inner.Expiration = value;
    }

    /// <inheritdoc/>
    public override ImmutableCredentials GetCredentials()
    {
        try
        {
            return inner.GetCredentials();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new CredentialsLostException(explain(e), e);
        }
    }

    /// <inheritdoc/>
    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        try
        {
            return await inner.GetCredentialsAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new CredentialsLostException(explain(e), e);
        }
    }
}

/// <summary>Thrown through the SDK where there are no credentials any more.</summary>
/// <param name="failure">What to say.</param>
/// <param name="cause">What the credentials threw.</param>
internal sealed class CredentialsLostException(Failure failure, Exception cause) : AmazonClientException(failure.Message, cause)
{
    public Failure Failure { get; } = failure;
}
