using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace Operator;

internal sealed class EnvironmentSecrets : ISecretResolver
{
    public Task<Outcome<SecretVersion>> ResolveAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation)
    {
        var text = Environment.GetEnvironmentVariable(version.Stage!.Value.ToString().ToUpperInvariant());
        return Task.FromResult<Outcome<SecretVersion>>(text is null
            ? new Failure(FailureCode.VersionNotFound, address.ToString(), "There is none.")
            : new SecretVersion(address, text, version.Stage.Value, DateTimeOffset.UnixEpoch) { Value = SecretValue.FromText(text) });
    }
}
