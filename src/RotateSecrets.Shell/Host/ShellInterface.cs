using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace RotateSecrets.Shell.Host;

/// <summary>The streams of PowerShell on the console: errors on the error stream, all else on the output, with the prefixes and colours of pwsh.</summary>
internal sealed class ShellInterface : PSHostUserInterface
{
    private readonly Terminal terminal;
    private readonly Prompter prompter;
    private readonly ProgressLine progress = new();

    public ShellInterface(Terminal terminal)
    {
        this.terminal = terminal;
        prompter = new Prompter(terminal);
        RawUI = new RawInterface(terminal);
        SupportsVirtualTerminal = terminal.OutputIsLive || terminal.ErrorIsLive;
        if (Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 })
        {
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
        }
    }

    public override RawInterface RawUI { get; }

    public override bool SupportsVirtualTerminal { get; }

    /// <summary>Whether the formatter writes an error at present, and not an object.</summary>
    public bool WritesErrors { get; set; }

    public override void Write(string value)
    {
        if (WritesErrors)
        {
            terminal.WriteError(value);
        }
        else
        {
            terminal.WriteOutput(value);
        }
    }

    public override void WriteLine(string value) => Write(value + Environment.NewLine);

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(
        PSStyle.MapForegroundColorToEscapeSequence(foregroundColor)
        + PSStyle.MapBackgroundColorToEscapeSequence(backgroundColor)
        + value
        + PSStyle.Instance.Reset);

    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
        Write(foregroundColor, backgroundColor, value);
        WriteLine();
    }

    public override void WriteErrorLine(string value) => terminal.WriteError(value + Environment.NewLine);

    public override void WriteWarningLine(string message) => WriteStyled(FormatStyle.Warning, $"WARNING: {message}");

    public override void WriteVerboseLine(string message) => WriteStyled(FormatStyle.Verbose, $"VERBOSE: {message}");

    public override void WriteDebugLine(string message) => WriteStyled(FormatStyle.Debug, $"DEBUG: {message}");

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        if (terminal.OutputIsLive)
        {
            progress.Update(sourceId, record);
            terminal.ShowStatus(progress.Render(Terminal.Size.Width - 1));
        }
    }

    /// <summary>Takes the progress line away, once nothing is under way any more.</summary>
    public void EndProgress()
    {
        progress.Clear();
        terminal.ShowStatus(null);
    }

    public override string ReadLine() => terminal.ReadLine();

    public override SecureString ReadLineAsSecureString() => terminal.ReadSecret();

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        prompter.Choose(caption, message, choices, defaultChoice);

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        prompter.Fill(caption, message, descriptions);

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        prompter.AskForCredential(caption, message, userName);

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        prompter.AskForCredential(caption, message, userName);

    private void WriteStyled(FormatStyle style, string text) => WriteLine(GetFormatStyleString(style) + text + PSStyle.Instance.Reset);
}
