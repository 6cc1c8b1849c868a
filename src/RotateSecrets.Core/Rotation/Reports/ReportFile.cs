using RotateSecrets.Outcomes;

namespace RotateSecrets.Rotation.Reports;

/// <summary>A report on disk, replaced in one step: whatever happens meanwhile, the old one or the new one is there.</summary>
public static class ReportFile
{
    private const int DiskFullOnUnix = 28;
    private const int DiskFullOnWindows = unchecked((int)0x80070070);

    /// <summary>Writes a report. A file that is there keeps its mode.</summary>
    /// <param name="path">The file; its folder has to be there.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="IOException">It can't be written; what was there is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written; what was there is unchanged.</exception>
    public static void Write(string path, string text)
    {
        var draft = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        try
        {
            using (var stream = new FileStream(draft, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            if (File.Exists(path) && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(draft, File.GetUnixFileMode(path));
            }

            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Why a report can't be written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cause">What was thrown.</param>
    public static Failure FailureOf(string path, Exception cause) => cause switch
    {
        DirectoryNotFoundException => new Failure(FailureCode.FileNotFound, path, $"There is no folder for the report {path}."),
        IOException { HResult: DiskFullOnUnix or DiskFullOnWindows } => new Failure(FailureCode.DiskFull, path, $"The disk is full; the report {path} is as it was."),
        _ => new Failure(FailureCode.AccessDenied, path, $"The report {path} can't be written; it is as it was."),
    };
}
