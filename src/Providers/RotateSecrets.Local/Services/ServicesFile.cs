using RotateSecrets.Consumers;
using RotateSecrets.Documents;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Services;

/// <summary>A file that declares services of this machine and the secrets they read.</summary>
/// <param name="Path">The file, in full.</param>
/// <param name="Services">The services.</param>
internal sealed record ServicesFile(string Path, IReadOnlyList<Service> Services)
{
    private const int LargestFile = 1024 * 1024;

    /// <summary>Reads a file anew.</summary>
    public static Outcome<ServicesFile> Load(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[LargestFile + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length > LargestFile
                ? new Failure(FailureCode.DocumentInvalid, path, $"{path} is longer than a mebibyte, and so no services file.")
                : Read(bytes.AsSpan(..length), System.IO.Path.GetFullPath(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Failure(FailureCode.FileNotFound, path, $"There is no services file at {path}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Failure(FailureCode.AccessDenied, path, $"The services file {path} can't be read.");
        }
    }

    /// <summary>Reads what a file holds.</summary>
    /// <param name="bytes">What it holds.</param>
    /// <param name="path">The file, in full.</param>
    public static Outcome<ServicesFile> Read(ReadOnlySpan<byte> bytes, string path) =>
        JsonDocumentReader.Read(bytes, path).Succeeded(out var root, out var failure) ? ServicesFileReader.Read(root, path) : failure;

    /// <summary>What is declared of a consumer now.</summary>
    public static Outcome<Service> Find(Consumer consumer)
    {
        if (OperatingSystem.IsWindows())
        {
            return new Failure(FailureCode.NotSupported, consumer.Id, "Processes and units are worked on where there are signals: on Linux and macOS.");
        }

        if (!Load(consumer.Scope).Succeeded(out var file, out var failure))
        {
            return failure;
        }

        return file.Services.FirstOrDefault(service => service.Name == consumer.Name && service.Kind.ToString() == consumer.Kind) is { } found
            ? found
            : new Failure(FailureCode.ConsumerNotFound, consumer.Id, $"{consumer.Scope} no longer declares {consumer}.");
    }
}

/// <summary>What runs a service.</summary>
internal enum ServiceKind
{
    /// <summary>Processes that this module starts.</summary>
    Process,

    /// <summary>A systemd unit.</summary>
    SystemdUnit,
}

/// <summary>A service of this machine.</summary>
internal sealed record Service(string Name, ServiceKind Kind)
{
    /// <summary>The program and its arguments, where the kind is Process. No shell sees it.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>The folder in which it runs, in full.</summary>
    public string WorkingDirectory { get; init; } = string.Empty;

    /// <summary>What its environment has beside this process's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How many instances are meant to run.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>The port of each instance; empty where it has none.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [];

    /// <summary>The page where an instance tells about its health, with placeholders; null where it doesn't.</summary>
    public string? Health { get; init; }

    /// <summary>The unit's name, where the kind is SystemdUnit.</summary>
    public string Unit { get; init; } = string.Empty;

    /// <summary>Whether the unit belongs to the user's own manager.</summary>
    public bool IsUserUnit { get; init; }

    /// <summary>The secrets it reads.</summary>
    public IReadOnlyList<SecretBinding> Secrets { get; init; } = [];

    /// <summary>How long an instance may take until it is healthy.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an instance may take to end.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Puts an instance's numbers into a text.</summary>
    public string Expand(string text, int replica) => Placeholders.Fill(text, replica, Ports);

    /// <summary>Where an instance tells about its health; null where it doesn't.</summary>
    public Uri? HealthOf(int replica) => Health is null ? null : new Uri(Expand(Health, replica));
}

/// <summary>A secret that a service reads, and where from.</summary>
/// <param name="Address">The secret.</param>
/// <param name="Stage">The version that is read there.</param>
/// <param name="Variable">The environment variable, or the variable within the file; null where the file holds the value alone.</param>
/// <param name="File">The file, in full and with placeholders; null where the value goes into the environment.</param>
/// <param name="Uptake">How a new value gets in.</param>
internal sealed record SecretBinding(SecretAddress Address, SecretStage Stage, string? Variable, string? File, Uptake Uptake)
{
    /// <summary>Whether there may be no such version; the service then finds nothing there. Default: so for every stage but Current.</summary>
    public bool IsOptional { get; init; } = Stage != SecretStage.Current;

    /// <summary>As people know it.</summary>
    public ConsumerReference ToReference() => File is null
        ? new ConsumerReference("EnvironmentVariable", Variable!, Uptake) { Stage = Stage }
        : new ConsumerReference(Variable is null ? "File" : "EnvironmentFile", Variable is null ? File : $"{File} {Variable}", Uptake) { Stage = Stage };
}
