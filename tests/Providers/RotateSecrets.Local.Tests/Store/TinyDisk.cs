using System.Diagnostics;

namespace RotateSecrets.Local.Tests.Store;

/// <summary>A file system of a few mebibytes, some of it taken by a ballast that can be thrown off.</summary>
internal sealed class TinyDisk : IDisposable
{
    private const int Ballast = 256 * 1024;

    private TinyDisk(string path) => Path = path;

    public string Path { get; }

    public static TinyDisk? TryMount()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            return null;
        }

        var path = Directory.CreateTempSubdirectory("rotatesecrets-disk-").FullName;
        if (!Run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", path))
        {
            Directory.Delete(path);
            return null;
        }

        File.WriteAllBytes(System.IO.Path.Combine(path, "ballast"), new byte[Ballast]);
        return new TinyDisk(path);
    }

    public void Dispose()
    {
        Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
