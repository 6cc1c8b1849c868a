using RotateSecrets.Local.Services;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Local.Units;

/// <summary>Looks whether a unit could read the files that are written for it, which are for their owner alone.</summary>
internal static class UnitReader
{
    /// <summary>What stands in the way; null where nothing does.</summary>
    public static Failure? Flaw(Service service, UnitState state)
    {
        if (state.User.Length == 0 || state.User == "root" || state.User == Environment.UserName)
        {
            return null;
        }

        // systemd itself reads an EnvironmentFile, and what it hands over as a credential.
        var path = service.Secrets.FirstOrDefault(secret => secret.Variable is null && !IsCredential(state, secret.File!))?.File;
        return path is null ? null : new Failure(
            FailureCode.AccessDenied, path, $"{service.Unit} runs as {state.User}, and could not read {path}, which is written for {Environment.UserName} alone.")
        {
            Remedy = $"Let systemd hand it over: LoadCredential=NAME:{path} in the unit, or 'environmentFile' here.",
        };
    }

    private static bool IsCredential(UnitState state, string path) => state.Files
        .Where(File.Exists)
        .SelectMany(File.ReadLines)
        .Any(line => line.TrimStart().StartsWith("LoadCredential", StringComparison.Ordinal) && line.TrimEnd().EndsWith($":{path}", StringComparison.Ordinal));
}
