using System.Text;
using RotateSecrets.Installation;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Replicas;

/// <summary>What an instance writes, from now on.</summary>
internal sealed class ReplicaLog
{
    private const int Lines = 10;
    private const int LongestTail = 64 * 1024;
    private const int LongestLine = 300;

    private readonly string path;
    private readonly long start;

    /// <summary>Makes the log if need be.</summary>
    public ReplicaLog(string path)
    {
        this.path = path;
        PrivateFile.Touch(path);
        start = new FileInfo(path).Length;
    }

    /// <summary>The last lines, without the secrets.</summary>
    public string Tail(IEnumerable<SecretValue> secrets)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var from = Math.Clamp(start, Math.Max(0, stream.Length - LongestTail), stream.Length);
            stream.Position = from;
            using var reader = new StreamReader(stream, Encoding.UTF8);

            // Scrubbed whole, before it is cut: half a secret wouldn't be known again. What was cut off at the top may be one.
            var lines = new Scrubber(secrets).Scrub(reader.ReadToEnd()).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return string.Join(" | ", lines.Skip(from > start ? 1 : 0).TakeLast(Lines).Select(Printable));
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }

    private static string Printable(string line) =>
        string.Concat(line.Take(LongestLine).Select(static c => char.IsControl(c) ? ' ' : c)) + (line.Length > LongestLine ? "..." : string.Empty);
}
