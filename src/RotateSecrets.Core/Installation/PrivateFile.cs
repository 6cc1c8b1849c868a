namespace RotateSecrets.Installation;

/// <summary>Files that nobody but their owner may read, written whole or not at all.</summary>
public static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a file unless one is there. Of two processes that try at once, one wins and neither sees half a file.</summary>
    /// <param name="path">The file; its folder is made if need be.</param>
    /// <param name="content">What to write.</param>
    /// <returns>Whether this call made the file.</returns>
    public static bool CreateIfAbsent(string path, ReadOnlySpan<byte> content)
    {
        if (File.Exists(path))
        {
            return false;
        }

        try
        {
            Publish(path, content, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    /// <summary>Replaces a file in one step: a reader sees the old content or the new, never a mixture.</summary>
    /// <param name="path">The file; its folder is made if need be.</param>
    /// <param name="content">What to write.</param>
    public static void Replace(string path, ReadOnlySpan<byte> content) => Publish(path, content, overwrite: true);

    /// <summary>Makes an empty file, or does nothing where there is one.</summary>
    /// <param name="path">The file; its folder is made if need be.</param>
    public static void Touch(string path) => CreateIfAbsent(path, []);

    /// <summary>Whether others than the owner may read the file. Always false on Windows, where folders inherit the owner's list.</summary>
    /// <param name="path">The file.</param>
    public static bool IsOpenToOthers(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(OwnerOnly | UnixFileMode.UserExecute)) != UnixFileMode.None;

    private static void Publish(string path, ReadOnlySpan<byte> content, bool overwrite)
    {
        MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        WholeFile.Write(path, content, overwrite, OwnerOnly);
    }

    private static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        }
    }
}
