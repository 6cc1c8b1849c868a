using System.Globalization;
using System.Management.Automation.Host;

namespace RotateSecrets.Shell.Host;

/// <summary>What PowerShell sees of this program.</summary>
internal sealed class ShellHost(Terminal terminal) : PSHost
{
    /// <summary>What the script said with <c>exit</c>. Null: it didn't.</summary>
    public int? ExitCode { get; private set; }

    public override ShellInterface UI { get; } = new(terminal);

    public override string Name => "RotateSecrets.Shell";

    public override Version Version { get; } = typeof(ShellHost).Assembly.GetName().Version!;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    /// <summary>A program that writes to the console itself does not find a progress line there.</summary>
    public override void NotifyBeginApplication() => terminal.ShowStatus(null);

    public override void NotifyEndApplication()
    {
    }

    public override void EnterNestedPrompt() =>
        throw new HostException("This shell runs a script and has no prompt to suspend it at. Choose another answer.");

    public override void ExitNestedPrompt()
    {
    }
}
