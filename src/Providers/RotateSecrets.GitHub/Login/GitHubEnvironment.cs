using System.ComponentModel;
using System.Diagnostics;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Login;

/// <summary>The environment variables and the program from which a token is had where none is given.</summary>
/// <param name="variable">Answers with an environment variable; null where it isn't set.</param>
/// <param name="program">The gh program.</param>
/// <param name="folder">Where answers are kept between two sessions.</param>
/// <remarks>Source: the manual of gh, page "gh environment": GH_TOKEN before GITHUB_TOKEN, and those with ENTERPRISE for another host; GH_HOST isn't looked at, the address is given.</remarks>
internal sealed class GitHubEnvironment(Func<string, string?> variable, string program, string folder)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>This process's.</summary>
    public static GitHubEnvironment Own => new(Environment.GetEnvironmentVariable, "gh", Path.Combine(Installation.DataFolder.Path, "github"));

    /// <summary>Where answers are kept between two sessions.</summary>
    public string Folder => folder;

    /// <summary>The token that the environment has for a server; null where it has none.</summary>
    /// <param name="host">The server, as people know it: github.com.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public async Task<SecretValue?> FindTokenAsync(string host, CancellationToken cancellation)
    {
        string[] names = host == "github.com" || host.EndsWith(".ghe.com", StringComparison.OrdinalIgnoreCase)
            ? ["GH_TOKEN", "GITHUB_TOKEN"]
            : ["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"];
        return names.Select(variable).FirstOrDefault(static text => !string.IsNullOrWhiteSpace(text)) is { } token
            ? SecretValue.FromText(token.AsSpan().Trim())
            : await AskProgramAsync(host, cancellation);
    }

    private async Task<SecretValue?> AskProgramAsync(string host, CancellationToken cancellation)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, ["auth", "token", "--hostname", host])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
                UseShellExecute = false,
                CreateNoWindow = true,
            },
        };
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timed.CancelAfter(Patience);
        try
        {
            process.Start();
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(timed.Token);
            var token = await process.StandardOutput.ReadToEndAsync(timed.Token);
            await errors;
            await process.WaitForExitAsync(timed.Token);
            return process.ExitCode == 0 && !string.IsNullOrWhiteSpace(token) ? SecretValue.FromText(token.AsSpan().Trim()) : null;
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            // No such program, or one that asks something: it has no token for us.
            return null;
        }
    }
}
