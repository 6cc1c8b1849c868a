using System.Text.Unicode;
using RotateSecrets.Consumers;
using RotateSecrets.Installation;
using RotateSecrets.Local.Services;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Delivery;

/// <summary>The values that a service's bindings lead to now.</summary>
internal sealed class BoundSecrets : IDisposable
{
    // Linux takes no single variable that is longer, its name included (execve(2)).
    private const int LongestVariable = (128 * 1024) - 256;

    private readonly Dictionary<SecretBinding, SecretVersion?> versions;

    private BoundSecrets(Dictionary<SecretBinding, SecretVersion?> versions) => this.versions = versions;

    /// <summary>What an instance that is started now keeps until it is started again.</summary>
    public IReadOnlyList<HeldVersion> Held =>
    [
        .. versions.Where(static pair => pair.Key.Uptake != Uptake.Reload).Where(static pair => pair.Value is not null)
            .Select(static pair => new HeldVersion(pair.Key.Address.ToString(), pair.Key.Stage, pair.Value!.Id, pair.Value.Value!.Fingerprint)).Distinct(),
    ];

    /// <summary>The values, for scrubbing.</summary>
    public IEnumerable<SecretValue> Values => versions.Values.OfType<SecretVersion>().Select(static version => version.Value!);

    /// <summary>Reads them all, before anything is touched.</summary>
    public static async Task<Outcome<BoundSecrets>> ResolveAsync(Service service, ISecretResolver secrets, CancellationToken cancellation)
    {
        var bound = new BoundSecrets([]);

        // In the order in which a version goes from stage to stage: one that is promoted meanwhile is read twice, and never missed.
        foreach (var places in service.Secrets.GroupBy(static binding => (binding.Address, binding.Stage)).OrderBy(static places => places.Key.Stage))
        {
            var read = await secrets.ResolveAsync(places.Key.Address, VersionSelector.OfStage(places.Key.Stage), cancellation);
            var isAbsent = read.Failure is { Code: FailureCode.SecretNotFound or FailureCode.VersionNotFound };
            if (read.Failed(out var failure, out var version) && !(isAbsent && places.All(static binding => binding.IsOptional)))
            {
                bound.Dispose();
                return failure;
            }

            foreach (var binding in places)
            {
                bound.versions[binding] = version;
            }

            if (version is not null && Flaw(version, places) is { } flaw)
            {
                bound.Dispose();
                return flaw;
            }
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
                    if (!TryWrite(path, binding.Variable, version?.Value))
                    {
                        return new Failure(FailureCode.DocumentInvalid, path, $"{binding.Variable} of {service.Name} can't be set in {path}: a quote is opened in that file and never closed.");
                    }
                }
                catch (Exception e) when (FileFailure.Fits(e))
                {
                    return FileFailure.Of(e, path, $"The secret file {path} of {service.Name} can't be written");
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

    // Said before an instance is touched, because afterwards it couldn't be started again.
    private static Failure? Flaw(SecretVersion version, IEnumerable<SecretBinding> places)
    {
        if (version.Value is not { } value)
        {
            return new Failure(FailureCode.NotSupported, version.Address.ToString(), $"{version} can't be read back from its store, and so not be handed to a service.");
        }

        var variable = places.FirstOrDefault(static binding => binding.Variable is not null)?.Variable;
        var why = variable is null ? null : value.Reveal(static bytes =>
            bytes.Length > LongestVariable ? "it is longer than 128 KiB"
            : bytes.Contains((byte)0) ? "it holds a zero byte"
            : !Utf8.IsValid(bytes) ? "it is no UTF-8 text"
            : null);
        return why is null ? null : new Failure(FailureCode.ValueInvalid, version.Address.ToString(), $"{version} can't be the variable {variable}: {why}.")
        {
            Remedy = "Hand it over in a file.",
        };
    }

    private static bool TryWrite(string path, string? variable, SecretValue? value)
    {
        if (variable is not null)
        {
            return EnvironmentFile.Set(path, variable, value);
        }

        if (value is not null)
        {
            return value.Reveal(bytes =>
            {
                PrivateFile.Replace(path, bytes);
                return true;
            });
        }

        if (File.Exists(path))
        {
            File.Delete(path);
        }

        return true;
    }
}
