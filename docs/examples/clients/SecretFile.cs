namespace Examples.Clients;

/// <summary>The secret that callers use now. It is read again all the time, so a new one is taken without a restart.</summary>
/// <param name="path">The file: the secret as text; a line break at its end doesn't count.</param>
internal sealed class SecretFile(string path)
{
    private readonly TaskCompletionSource known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<byte[]> seen = [];
    private byte[] lastRead = [];
    private volatile byte[] current = [];

    /// <summary>Ends when the first secret is there.</summary>
    public Task Known => known.Task;

    public byte[] Current => current;

    /// <summary>How many different secrets there were so far.</summary>
    public int Seen => seen.Count;

    public Task WatchAsync(CancellationToken stop) => Periodic.RunAsync(TimeSpan.FromMilliseconds(50), LookAsync, stop);

    private async Task LookAsync()
    {
        byte[] read;
        try
        {
            // Opened anew by its name each time: a file that was replaced is another file.
            read = await File.ReadAllBytesAsync(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return;
        }

        read = read.AsSpan().TrimEnd("\r\n"u8).ToArray();

        // Whoever doesn't replace the file but writes into it leaves it empty or half full for a moment: only what stays is taken.
        var stays = read.AsSpan().SequenceEqual(lastRead);
        lastRead = read;
        if (stays && read.Length > 0 && !read.AsSpan().SequenceEqual(current))
        {
            current = read;
            if (!seen.Exists(other => other.AsSpan().SequenceEqual(read)))
            {
                seen.Add(read);
            }

            known.TrySetResult();
        }
    }
}
