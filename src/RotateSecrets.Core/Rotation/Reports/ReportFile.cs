using System.Text;
using RotateSecrets.Installation;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Rotation.Reports;

/// <summary>A report on disk, replaced in one step: whatever happens meanwhile, the old one or the new one is there.</summary>
public static class ReportFile
{
    /// <summary>Writes a report. A file that is there keeps its mode.</summary>
    /// <param name="path">The file; its folder has to be there.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="IOException">It can't be written; what was there is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written; what was there is unchanged.</exception>
    public static void Write(string path, string text)
    {
        UnixFileMode? mode = OperatingSystem.IsWindows() || !File.Exists(path) ? null : File.GetUnixFileMode(path);
        WholeFile.Write(path, Encoding.UTF8.GetBytes(text), overwrite: true, mode);
    }

    /// <summary>Why a report can't be written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cause">What was thrown.</param>
    public static Failure FailureOf(string path, Exception cause) => cause switch
    {
        DirectoryNotFoundException => new Failure(FailureCode.FileNotFound, path, $"There is no folder for the report {path}."),
        IOException full when DiskFault.IsDiskFull(full) => new Failure(FailureCode.DiskFull, path, $"The disk is full; the report {path} is as it was."),
        _ => new Failure(FailureCode.AccessDenied, path, $"The report {path} can't be written; it is as it was."),
    };
}
