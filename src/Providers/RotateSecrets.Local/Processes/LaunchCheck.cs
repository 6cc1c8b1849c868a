using RotateSecrets.Local.Services;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Local.Processes;

/// <summary>Looks whether a service can be started at all, while its instances still run.</summary>
internal static class LaunchCheck
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>What stands in the way; null where nothing does.</summary>
    public static Failure? Flaw(Service service)
    {
        if (!Directory.Exists(service.WorkingDirectory))
        {
            return new Failure(FailureCode.FileNotFound, service.WorkingDirectory, $"{service.Name} can't be started: there is no folder {service.WorkingDirectory}.");
        }

        var program = service.Expand(service.Command[0], 1);
        return Places(service, program).Any(IsExecutable)
            ? null
            : new Failure(FailureCode.FileNotFound, program, $"{service.Name} can't be started: there is no program '{program}'.")
            {
                Remedy = program.Contains('/', StringComparison.Ordinal) ? "See that the file is there and may be executed." : "Name it with its path, or see that PATH leads to it.",
            };
    }

    // As exec(3) looks for it.
    private static IEnumerable<string> Places(Service service, string program) => program.Contains('/', StringComparison.Ordinal)
        ? [Path.Combine(service.WorkingDirectory, program)]
        : (service.Environment.GetValueOrDefault("PATH") ?? Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(':')
            .Select(folder => Path.Combine(service.WorkingDirectory, folder, program));

    private static bool IsExecutable(string path) =>
        OperatingSystem.IsWindows() || (File.Exists(path) && (File.GetUnixFileMode(path) & Executable) != UnixFileMode.None);
}
