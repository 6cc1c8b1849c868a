using System.Globalization;
using RotateSecrets.Installation;
using RotateSecrets.Local.Processes;

namespace RotateSecrets.Local.Replicas;

/// <summary>The files in which it stands what is known of a service's instances.</summary>
/// <param name="folder">The service's folder.</param>
internal sealed class ReplicaFolder(string folder)
{
    // As DOS had it, "x.*" would be "x" too.
    private static readonly EnumerationOptions ToTheLetter = new() { MatchType = MatchType.Simple };

    // Stands in place of a process in the file of a launch that was given up.
    private static readonly byte[] GivenUp = [(byte)'0', (byte)'\n'];

    public string Log(int replica) => Path.Combine(folder, FormattableString.Invariant($"{replica}.log"));

    public string Record(int replica) => Path.Combine(folder, FormattableString.Invariant($"{replica}.json"));

    /// <summary>The file in which a process says who it is; it also is the marker in its environment.</summary>
    public string ProcessFile(int replica, int generation) => Path.Combine(folder, FormattableString.Invariant($"{replica}.{generation}.pid"));

    /// <summary>The largest number of an instance that there ever was: an earlier state of the services file may have asked for more of them.</summary>
    public int Largest() => Entries("*.json").Select(static name => Number(name.Split('.')[0])).DefaultIfEmpty().Max();

    /// <summary>The generations of an instance that left a file, youngest first.</summary>
    public IEnumerable<int> Generations(int replica) =>
        Entries(FormattableString.Invariant($"{replica}.*.pid")).Select(static name => Number(name.Split('.')[1])).OrderDescending();

    /// <summary>Whether a launch has come to be, or was given up.</summary>
    public bool IsDecided(int replica, int generation) => File.Exists(ProcessFile(replica, generation));

    /// <summary>Gives a launch up, unless it has come to be: with its file taken it ends by itself, however late.</summary>
    public void Decide(int replica, int generation) => PrivateFile.CreateIfAbsent(ProcessFile(replica, generation), GivenUp);

    /// <summary>The process of a generation, with all that it started; null where there is none.</summary>
    public ProcessSession? Session(int replica, int generation)
    {
        var file = ProcessFile(replica, generation);
        try
        {
            return ProcessIdentity.Of(File.ReadAllLines(file), File.GetLastWriteTimeUtc(file)) is { } leader ? new ProcessSession(leader, file) : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Takes away what earlier generations left. A launch that was given up keeps its file: it may still be on its way.</summary>
    public void Tidy(int replica)
    {
        foreach (var generation in Generations(replica))
        {
            if (Session(replica, generation) is { IsAlive: false })
            {
                File.Delete(ProcessFile(replica, generation));
            }
        }

        foreach (var draft in Entries(FormattableString.Invariant($"{replica}.*.pid.*")))
        {
            File.Delete(Path.Combine(folder, draft));
        }
    }

    private IEnumerable<string> Entries(string pattern) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern, ToTheLetter).Select(static path => Path.GetFileName(path)) : [];

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
