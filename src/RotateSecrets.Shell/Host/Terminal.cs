using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace RotateSecrets.Shell.Host;

/// <summary>The standard streams: which of them a person sees, and one status line that gives way to whatever else is written.</summary>
/// <param name="stop">Ends a wait for input.</param>
internal sealed class Terminal(CancellationToken stop)
{
    // Wide enough that no table is cut in a log.
    private const int WidthOfAFile = 120;
    private const int HeightOfAFile = 50;

    // A Windows console has to be asked for escape sequences first; there, text is plain.
    private static readonly bool UnderstandsEscapes =
        !OperatingSystem.IsWindows() && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    private readonly Lock gate = new();
    private string? status;
    private bool isMidLine;

    /// <summary>Whether someone reads the output as it is written, on something that can take a line back.</summary>
    public bool OutputIsLive { get; } = UnderstandsEscapes && !Console.IsOutputRedirected;

    /// <summary>The same of the errors.</summary>
    public bool ErrorIsLive { get; } = UnderstandsEscapes && !Console.IsErrorRedirected;

    /// <summary>The columns and rows there are to write on.</summary>
    public static Size Size =>
        !Console.IsOutputRedirected && Console.WindowWidth is > 0 and var width
            ? new Size(width, Math.Max(Console.WindowHeight, 1))
            : new Size(WidthOfAFile, HeightOfAFile);

    public void WriteOutput(string text)
    {
        if (text.Length is 0)
        {
            return;
        }

        lock (gate)
        {
            Erase();
            Console.Out.Write(Plain(text, OutputIsLive));
            isMidLine = !text.EndsWith('\n');
        }
    }

    public void WriteError(string text)
    {
        lock (gate)
        {
            Erase();
            Console.Error.Write(Plain(text, ErrorIsLive));
        }
    }

    /// <summary>Writes what asks for an answer to where a person sees it.</summary>
    public void WritePrompt(string text)
    {
        if (Console.IsOutputRedirected)
        {
            WriteError(text);
        }
        else
        {
            WriteOutput(text);
        }
    }

    /// <summary>Replaces the status line; null takes it away. There is none where the output is no terminal, nor while a line is unfinished.</summary>
    public void ShowStatus(string? line)
    {
        lock (gate)
        {
            if (!OutputIsLive || isMidLine || string.Equals(line, status, StringComparison.Ordinal))
            {
                return;
            }

            Erase();
            Console.Out.Write(Plain(line ?? "", OutputIsLive));
            status = line;
        }
    }

    /// <summary>Refuses to ask where nobody answers.</summary>
    /// <exception cref="HostException">Nobody is there.</exception>
    public static void RequireSomeone()
    {
        if (Console.IsInputRedirected || (Console.IsOutputRedirected && Console.IsErrorRedirected))
        {
            throw new HostException("The console is not interactive, so a prompt can't be answered. Give all parameters, and -Confirm:$false.");
        }
    }

    /// <summary>Reads a line, without its end.</summary>
    /// <exception cref="HostException">Nobody is there to write it.</exception>
    public string ReadLine()
    {
        var line = Ask(Console.In.ReadLine) ?? throw new HostException("The input ended before the prompt was answered.");
        isMidLine = false;
        return line;
    }

    /// <summary>Reads a key.</summary>
    /// <exception cref="HostException">Nobody is there to press it.</exception>
    public ConsoleKeyInfo ReadKey(bool isShown) => Ask(() => Console.ReadKey(intercept: !isShown));

    /// <summary>Reads a line that shows only as asterisks.</summary>
    /// <exception cref="HostException">Nobody is there to write it.</exception>
    public SecureString ReadSecret() => Ask(() =>
    {
        var secret = new SecureString();
        for (var key = Console.ReadKey(intercept: true); key.Key is not ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key is ConsoleKey.Backspace && secret.Length > 0)
            {
                secret.RemoveAt(secret.Length - 1);
                WritePrompt("\b \b");
            }
            else if (!char.IsControl(key.KeyChar))
            {
                secret.AppendChar(key.KeyChar);
                WritePrompt("*");
            }
        }

        WritePrompt(Environment.NewLine);
        secret.MakeReadOnly();
        return secret;
    });

    private static string Plain(string text, bool isLive) =>
        PSHostUserInterface.GetOutputString(text, isLive || PSStyle.Instance.OutputRendering is OutputRendering.Ansi);

    // A read can't be interrupted: it is left behind on its thread when the script is stopped, and the process ends without it.
    private T Ask<T>(Func<T> read)
    {
        RequireSomeone();
        var answer = Task.Run(read);
        try
        {
            answer.Wait(stop);
        }
        catch (OperationCanceledException)
        {
            WritePrompt(Environment.NewLine);
            throw new PipelineStoppedException();
        }

        return answer.Result;
    }

    private void Erase()
    {
        if (status is not null)
        {
            Console.Out.Write("\r\e[K");
            status = null;
        }
    }
}
