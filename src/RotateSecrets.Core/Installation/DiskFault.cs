namespace RotateSecrets.Installation;

/// <summary>Tells what an <see cref="IOException"/> is about where no type does: by the system's own number.</summary>
public static class DiskFault
{
    private const int NoSpaceOnUnix = 28;
    private const int DiskFullOnWindows = 112;
    private const int HandleDiskFullOnWindows = 39;

    /// <summary>Whether there was no room.</summary>
    /// <param name="fault">What was thrown.</param>
    public static bool IsDiskFull(IOException fault) => (fault.HResult & 0xFFFF) is NoSpaceOnUnix or DiskFullOnWindows or HandleDiskFullOnWindows;
}
