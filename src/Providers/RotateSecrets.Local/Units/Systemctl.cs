using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Units;

/// <summary>A systemd manager, through systemctl(1): the system's, or the user's own.</summary>
/// <param name="isUser">Whether it is the user's own.</param>
/// <param name="time">The clock.</param>
internal sealed class Systemctl(bool isUser, TimeProvider time)
{
    private const string LogLines = "10";

    // A question is answered at once, or the manager is in trouble.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);

    /// <summary>What a unit is doing.</summary>
    public async Task<Outcome<UnitState>> ShowAsync(string unit, CancellationToken cancellation)
    {
        var arguments = UnitState.Properties.SelectMany(static property => (string[])["--property", property]);
        if (!(await RunAsync("systemctl", ["show", .. arguments, "--", unit], unit, AnswerTime, cancellation)).Succeeded(out var said, out var failure))
        {
            return failure;
        }

        var state = UnitState.Parse(said);
        return state.LoadState is "loaded" or "masked"
            ? state
            : new Failure(FailureCode.ConsumerNotFound, unit, $"{Manager} has no unit {unit} ({state.LoadState}).");
    }

    /// <summary>Starts, stops or restarts a unit, and waits until systemd says that it is done: for Type=notify, until the service said so itself.</summary>
    /// <param name="verb">start, stop or restart.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="deadline">How long it may take; null to hand it over and not to wait.</param>
    /// <param name="cancellation">Gives up waiting at once; systemd goes on.</param>
    /// <returns>The failure, or null.</returns>
    public async Task<Failure?> TellAsync(string verb, string unit, TimeSpan? deadline, CancellationToken cancellation)
    {
        IEnumerable<string> waiting = deadline is null ? ["--no-block"] : [];
        return (await RunAsync("systemctl", [verb, .. waiting, "--", unit], unit, deadline ?? AnswerTime, cancellation)).Failure;
    }

    /// <summary>The last that a unit wrote since it was started, without the secrets; empty where no journal tells.</summary>
    public async Task<string> LogAsync(UnitState state, IEnumerable<SecretValue> secrets, CancellationToken cancellation)
    {
        string[] arguments = ["--lines", LogLines, "--output", "cat", "--quiet", $"_SYSTEMD_INVOCATION_ID={state.InvocationId}"];
        return (await RunAsync("journalctl", arguments, state.InvocationId, AnswerTime, cancellation)).Succeeded(out var lines, out _)
            ? string.Join(" | ", new Scrubber(secrets).Scrub(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            : string.Empty;
    }

    private string Manager => isUser ? "The user's systemd" : "systemd";

    private async Task<Outcome<string>> RunAsync(
        string program, IEnumerable<string> arguments, string target, TimeSpan deadline, CancellationToken cancellation)
    {
        IEnumerable<string> common = program == "systemctl" ? ["--no-pager", "--no-ask-password"] : ["--no-pager"];
        IEnumerable<string> manager = isUser ? ["--user"] : [];
        var start = new ProcessStartInfo(program, [.. manager, .. common, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // What it says is read by a program.
            Environment = { ["LC_ALL"] = "C.UTF-8", ["TZ"] = "UTC", ["SYSTEMD_COLORS"] = "0" },
        };
        using var late = new CancellationTokenSource(deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            using var process = Process.Start(start)!;
            using var abandoned = either.Token.Register(process.Kill);
            process.StandardInput.Close();
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
            await process.WaitForExitAsync(CancellationToken.None);
            cancellation.ThrowIfCancellationRequested();
            return late.IsCancellationRequested
                ? new Failure(
                    FailureCode.DeadlineExceeded,
                    target,
                    string.Create(CultureInfo.InvariantCulture, $"{Manager} was not done with {target} within {deadline.TotalSeconds:0.#} s.")) { Effect = Effect.Unknown }
                : process.ExitCode == 0 ? await output : Refused(target, await errors);
        }
        catch (Win32Exception)
        {
            return new Failure(FailureCode.NotSupported, target, $"There is no {program} on this machine.");
        }
    }

    private Failure Refused(string target, string errors)
    {
        var said = errors.ReplaceLineEndings(" ").Trim();
        var isDenied = said.Contains("Access denied", StringComparison.OrdinalIgnoreCase)
            || said.Contains("authentication required", StringComparison.OrdinalIgnoreCase)
            || said.Contains("Permission denied", StringComparison.OrdinalIgnoreCase);
        return new Failure(isDenied ? FailureCode.AccessDenied : FailureCode.InstanceUnhealthy, target, $"{Manager} refused: {said}");
    }
}
