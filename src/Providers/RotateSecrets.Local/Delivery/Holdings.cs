using RotateSecrets.Consumers;
using RotateSecrets.Local.Services;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Delivery;

/// <summary>Tells whether an instance that runs has a version: in what it was given when it was started, or in a file that it reads again by itself.</summary>
internal static class Holdings
{
    /// <summary>Tells of an instance.</summary>
    /// <param name="service">The service.</param>
    /// <param name="replica">Which instance.</param>
    /// <param name="held">The versions it was given when it was started.</param>
    /// <param name="version">The version.</param>
    /// <returns>Whether it has it, and how that is known, as a clause that follows the instance's name.</returns>
    public static (Holding Holding, string Evidence) Of(Service service, int replica, IReadOnlyList<HeldVersion> held, SecretVersion version)
    {
        if (held.FirstOrDefault(one => one.Is(version)) is { } given)
        {
            return (Holding.Holds, $"was given it as its {given.Stage} version");
        }

        var files = service.Secrets.Where(static binding => binding.Uptake == Uptake.Reload).Select(binding => InFile(service, replica, binding, version)).ToList();
        (Holding Holding, string Evidence) lacks = (Holding.Lacks, files.Count == service.Secrets.Count ? files[0].Evidence : "was given other values");
        return files.Append(lacks).MinBy(static seen => seen.Holding switch { Holding.Holds => 0, Holding.Unknown => 1, _ => 2 });
    }

    private static (Holding Holding, string Evidence) InFile(Service service, int replica, SecretBinding binding, SecretVersion version)
    {
        var path = service.Expand(binding.File!, replica);
        try
        {
            return FingerprintIn(binding, path) switch
            {
                null => (Holding.Lacks, $"finds nothing in {path}"),
                _ when version.Fingerprint is null => (Holding.Unknown, $"finds a value in {path}, and it isn't known which the version has"),
                var found when found == version.Fingerprint => (Holding.Holds, $"finds it in {path}"),
                _ => (Holding.Lacks, $"finds another value in {path}"),
            };
        }
        catch (Exception e) when (FileFailure.Fits(e))
        {
            return (Holding.Unknown, $"reads {path}, which can't be read here");
        }
    }

    /// <summary>The fingerprint of what stands in a file; null where nothing does.</summary>
    /// <param name="binding">The secret that should stand there.</param>
    /// <param name="path">The file.</param>
    public static string? FingerprintIn(SecretBinding binding, string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using var value = binding.Variable is { } variable ? EnvironmentFile.Get(path, variable) : SecretValue.Take(File.ReadAllBytes(path));
        return value?.Fingerprint;
    }
}
