using RotateSecrets.Consumers;
using RotateSecrets.Installation;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Services;

/// <summary>A version that an instance was given.</summary>
/// <param name="Address">Of which secret.</param>
/// <param name="VersionId">Which version.</param>
/// <param name="Fingerprint">The value's fingerprint: the same value under another name is the same value.</param>
internal sealed record HeldVersion(string Address, string VersionId, string Fingerprint)
{
    /// <summary>Whether it is the version, or has the same value.</summary>
    public bool Is(SecretVersion version) => version.Fingerprint is null
        ? Address == version.Address.ToString() && VersionId == version.Id
        : Fingerprint == version.Fingerprint;
}

/// <summary>The values that a service's bindings lead to now.</summary>
internal sealed class BoundSecrets : IDisposable
{
    private readonly Dictionary<SecretBinding, SecretVersion?> versions;

    private BoundSecrets(Dictionary<SecretBinding, SecretVersion?> versions) => this.versions = versions;

    /// <summary>What an instance that is started now keeps until it is started again.</summary>
    public IReadOnlyList<HeldVersion> Held =>
    [
        .. versions.Where(static pair => pair.Key.Uptake != Uptake.Reload).Select(static pair => pair.Value).OfType<SecretVersion>()
            .Select(static version => new HeldVersion(version.Address.ToString(), version.Id, version.Value!.Fingerprint)),
    ];

    /// <summary>The values, for scrubbing.</summary>
    public IEnumerable<SecretValue> Values => versions.Values.OfType<SecretVersion>().Select(static version => version.Value!);

    /// <summary>Reads them all, before anything is touched.</summary>
    public static async Task<Outcome<BoundSecrets>> ResolveAsync(Service service, ISecretResolver secrets, CancellationToken cancellation)
    {
        var bound = new BoundSecrets([]);
        foreach (var binding in service.Secrets)
        {
            var read = await secrets.ResolveAsync(binding.Address, VersionSelector.OfStage(binding.Stage), cancellation);
            var isAbsent = read.Failure is { Code: FailureCode.SecretNotFound or FailureCode.VersionNotFound };
            if (read.Failed(out var failure, out var version) && !(isAbsent && binding.IsOptional))
            {
                bound.Dispose();
                return failure;
            }

            bound.versions[binding] = version;
        }

        return bound;
    }

    /// <summary>The variables that carry secrets; one without a value is to be left unset.</summary>
    public IEnumerable<(string Name, SecretValue? Value)> Variables =>
        versions.Where(static pair => pair.Key.File is null).Select(static pair => (pair.Key.Variable!, pair.Value?.Value));

    /// <summary>Writes the files that carry secrets. Each is replaced whole; one whose version isn't there is removed.</summary>
    /// <returns>The failure, or null.</returns>
    public Failure? WriteFiles(Service service)
    {
        foreach (var (binding, version) in versions.Where(static pair => pair.Key.File is not null))
        {
            foreach (var path in Enumerable.Range(1, service.Replicas).Select(replica => service.Expand(binding.File!, replica)).Distinct(StringComparer.Ordinal))
            {
                try
                {
                    Write(path, binding.Variable, version?.Value);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    return new Failure(FailureCode.AccessDenied, path, $"The secret file {path} of {service.Name} can't be written ({e.GetType().Name}).");
                }
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var version in versions.Values)
        {
            version?.Value?.Dispose();
        }
    }

    private static void Write(string path, string? variable, SecretValue? value)
    {
        if (variable is not null)
        {
            EnvironmentFile.Set(path, variable, value);
        }
        else if (value is null)
        {
            File.Delete(path);
        }
        else
        {
            value.Reveal(bytes =>
            {
                PrivateFile.Replace(path, bytes);
                return true;
            });
        }
    }
}
