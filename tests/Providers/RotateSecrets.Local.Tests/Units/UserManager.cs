using System.Diagnostics;

namespace RotateSecrets.Local.Tests.Units;

/// <summary>
/// systemd --user: the session's own where there is one; else one of the tests, for which root hides /run, because systemd only starts where it finds itself booted.
/// </summary>
public sealed class UserManager : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("rs-units-").FullName;
    private Process? manager;

    /// <summary>Why there is none; null where there is.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (await AnswersAsync())
        {
            return;
        }

        if (!OperatingSystem.IsLinux() || Environment.UserName != "root" || !File.Exists("/lib/systemd/systemd"))
        {
            Missing = "There is no systemd --user here; run the tests in a login session, or as root where systemd is installed.";
            return;
        }

        Environment.SetEnvironmentVariable("XDG_RUNTIME_DIR", folder);
        manager = Process.Start(new ProcessStartInfo("unshare", [
            "--mount", "sh", "-c", "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && exec /lib/systemd/systemd --user --log-target=null"])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        });
        for (var attempts = 0; attempts < 100 && !manager!.HasExited; attempts++)
        {
            if (await AnswersAsync())
            {
                return;
            }

            await Task.Delay(100);
        }

        Missing = $"systemd --user doesn't start here: {(manager!.HasExited ? $"it ended with {manager.ExitCode}" : "it doesn't answer")}.";
    }

    /// <summary>Runs systemctl --user.</summary>
    public static async Task<(int ExitCode, string Output)> AskAsync(params string[] arguments)
    {
        try
        {
            using var asked = Process.Start(new ProcessStartInfo("systemctl", ["--user", "--no-pager", .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            })!;
            var output = asked.StandardOutput.ReadToEndAsync();
            var errors = asked.StandardError.ReadToEndAsync();
            await asked.WaitForExitAsync();
            return (asked.ExitCode, (await output).Trim() + (await errors).Trim());
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (-1, string.Empty);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (manager is not null)
        {
            await AskAsync("exit");
            await manager.WaitForExitAsync();
            manager.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<bool> AnswersAsync() => (await AskAsync("show-environment")).ExitCode == 0;
}
