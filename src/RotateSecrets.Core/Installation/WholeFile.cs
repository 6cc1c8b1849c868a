namespace RotateSecrets.Installation;

/// <summary>Files that are written whole or not at all: whatever happens meanwhile, the old content or the new is there.</summary>
internal static class WholeFile
{
    /// <summary>Writes a file aside, and moves it into place once it is on the disk.</summary>
    /// <param name="path">The file; its folder has to be there.</param>
    /// <param name="content">What to write.</param>
    /// <param name="overwrite">Whether a file that is there is replaced; else it is an <see cref="IOException"/>.</param>
    /// <param name="mode">Its mode, from its first byte on; null for the system's default. Windows has none.</param>
    public static void Write(string path, ReadOnlySpan<byte> content, bool overwrite, UnixFileMode? mode)
    {
        var draft = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows() && mode is not null)
            {
                options.UnixCreateMode = mode;
            }

            using (var stream = new FileStream(draft, options))
            {
                // What the umask took away at the creation.
                if (!OperatingSystem.IsWindows() && mode is { } exact)
                {
                    File.SetUnixFileMode(stream.SafeFileHandle, exact);
                }

                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite);
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
