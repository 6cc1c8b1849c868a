using System.Net;
using System.Net.Sockets;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Vault.Audit;

/// <summary>
/// Hears a socket audit device: the server connects to it, and writes a line of JSON for each request and each answer. They are kept in a file of this process's own, in which they are searched as in
/// any other. It takes what comes as fast as it comes, for a server whose only audit device doesn't take its lines answers no requests.
/// </summary>
internal sealed class AuditListener : IAsyncDisposable
{
    private const int LongestLine = 1 << 27;

    private readonly CancellationTokenSource end = new();
    private readonly SemaphoreSlim gate = new(1);
    private readonly Socket socket;
    private readonly FileStream spool;
    private readonly string? path;
    private readonly Task work;
    private bool hasGap;

    private AuditListener(Socket socket, string? path)
    {
        this.socket = socket;
        this.path = path;
        File = Path.Combine(Path.GetTempPath(), $"rotatesecrets-audit-{Guid.NewGuid():N}.log");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        spool = new FileStream(File, options);
        work = socket.ProtocolType == ProtocolType.Udp ? HearAsync() : AcceptAsync();
    }

    /// <summary>The file in which the lines are kept until this is disposed of.</summary>
    public string File { get; }

    /// <summary>Where it listens.</summary>
    public EndPoint Address => socket.LocalEndPoint!;

    /// <summary>That lines could not be kept, so that nothing is proven by what is missing; null where all were.</summary>
    public Failure? Gap => hasGap
        ? new Failure(FailureCode.DiskFull, File, "Some of what the audit device sent could not be kept: what the log doesn't show may have happened.")
        {
            Remedy = "Make room, and connect the store again.",
        }
        : null;

    /// <summary>Begins to listen.</summary>
    /// <param name="text">Where: tcp://127.0.0.1:9090, udp://127.0.0.1:9090, unix:///run/vault-audit.sock.</param>
    public static Outcome<AuditListener> Start(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("tcp" or "udp" or "unix")
            || (address.Scheme != "unix" && (address.Port < 0 || !IPAddress.TryParse(address.Host.Trim('[', ']'), out _))))
        {
            return new Failure(FailureCode.ValueInvalid, "AuditSocket", "There is no such place to listen.")
            {
                Remedy = "Write tcp://127.0.0.1:9090, udp://127.0.0.1:9090 or unix:///run/vault-audit.sock, as the device's address and socket_type say.",
            };
        }

        var ear = address.Scheme switch
        {
            "unix" => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            "tcp" => new Socket(IPAddress.Parse(address.Host.Trim('[', ']')).AddressFamily, SocketType.Stream, ProtocolType.Tcp),
            _ => new Socket(IPAddress.Parse(address.Host.Trim('[', ']')).AddressFamily, SocketType.Dgram, ProtocolType.Udp),
        };
        try
        {
            ear.Bind(address.Scheme == "unix" ? new UnixDomainSocketEndPoint(address.LocalPath) : new IPEndPoint(IPAddress.Parse(address.Host.Trim('[', ']')), address.Port));
            if (address.Scheme != "udp")
            {
                ear.Listen();
            }

            return new AuditListener(ear, address.Scheme == "unix" ? address.LocalPath : null);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            ear.Dispose();
            return new Failure(FailureCode.PortInUse, text, $"Nobody can listen at {text}: it is taken, or isn't this machine's.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        socket.Dispose();
        await work;
        await spool.DisposeAsync();
        gate.Dispose();
        end.Dispose();
        if (path is not null)
        {
            System.IO.File.Delete(path);
        }
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ReadAsync(await socket.AcceptAsync(end.Token)));
                connections.RemoveAll(static connection => connection.IsCompletedSuccessfully);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ReadAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                var buffer = new byte[1 << 16];
                var length = 0;
                while (await connection.ReceiveAsync(buffer.AsMemory(length), end.Token) is > 0 and var count)
                {
                    length += count;
                    var whole = buffer.AsSpan(0, length).LastIndexOf((byte)'\n') + 1;
                    await KeepAsync(buffer.AsMemory(0, whole));
                    buffer.AsSpan(whole, length - whole).CopyTo(buffer);
                    length -= whole;
                    if (length == buffer.Length)
                    {
                        // A line longer than any that the server writes is none.
                        hasGap |= length == LongestLine;
                        length = length == LongestLine ? 0 : length;
                        Array.Resize(ref buffer, Math.Min(buffer.Length * 2, LongestLine));
                    }
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The server has gone, and comes again; or nobody listens any more.
            }
        }
    }

    private async Task HearAsync()
    {
        var buffer = new byte[1 << 16];
        try
        {
            while (true)
            {
                var count = await socket.ReceiveAsync(buffer.AsMemory(0, buffer.Length - 1), end.Token);
                if (count > 0 && buffer[count - 1] != '\n')
                {
                    buffer[count++] = (byte)'\n';
                }

                await KeepAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Nobody listens any more.
        }
    }

    private async Task KeepAsync(ReadOnlyMemory<byte> lines)
    {
        await gate.WaitAsync(end.Token);
        try
        {
            await spool.WriteAsync(lines, end.Token);
        }
        catch (IOException)
        {
            hasGap = true;
        }
        finally
        {
            gate.Release();
        }
    }
}
