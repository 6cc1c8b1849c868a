using System.Management.Automation.Host;

namespace RotateSecrets.Shell.Host;

/// <summary>The console as cells: its size, and single keys. What is written can't be read back.</summary>
internal sealed class RawInterface(Terminal terminal) : PSHostRawUserInterface
{
    private const string NoCells = "This shell writes to the console, and can't read back or move what is on it.";

    public override Size BufferSize { get => Terminal.Size; set => throw new HostException(NoCells); }

    public override Size WindowSize { get => Terminal.Size; set => throw new HostException(NoCells); }

    public override Size MaxWindowSize => Terminal.Size;

    public override Size MaxPhysicalWindowSize => Terminal.Size;

    public override Coordinates WindowPosition { get; set; }

    public override Coordinates CursorPosition { get; set; }

    public override int CursorSize { get; set; } = 100;

    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    public override string WindowTitle { get; set; } = "";

    public override bool KeyAvailable => !Console.IsInputRedirected && Console.KeyAvailable;

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        var key = terminal.ReadKey(isShown: !options.HasFlag(ReadKeyOptions.NoEcho));
        return new KeyInfo((int)key.Key, key.KeyChar, States(key.Modifiers), keyDown: true);
    }

    public override void FlushInputBuffer()
    {
        while (KeyAvailable)
        {
            Console.ReadKey(intercept: true);
        }
    }

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new HostException(NoCells);

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw new HostException(NoCells);

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw new HostException(NoCells);

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) =>
        throw new HostException(NoCells);

    private static ControlKeyStates States(ConsoleModifiers modifiers) =>
        (modifiers.HasFlag(ConsoleModifiers.Shift) ? ControlKeyStates.ShiftPressed : default)
        | (modifiers.HasFlag(ConsoleModifiers.Control) ? ControlKeyStates.LeftCtrlPressed : default)
        | (modifiers.HasFlag(ConsoleModifiers.Alt) ? ControlKeyStates.LeftAltPressed : default);
}
