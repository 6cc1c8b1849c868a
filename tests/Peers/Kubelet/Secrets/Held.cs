using System.Text;

namespace RotateSecrets.Peers.Kubelet.Secrets;

/// <summary>What a pod has got out of Secrets.</summary>
internal sealed class Held
{
    private readonly SortedDictionary<string, byte[]> values = new(StringComparer.Ordinal);
    private readonly HashSet<string> fixedFiles = new(StringComparer.Ordinal);

    /// <summary>The Secrets it comes from.</summary>
    public HashSet<string> Sources { get; } = new(StringComparer.Ordinal);

    public void AddVariable(string container, string name, byte[] value) => values[$"{container}/env/{name}"] = value;

    public void AddFile(string container, string path, byte[] value, bool isFixed)
    {
        var place = $"{container}/file/{path.TrimStart('/')}";
        values[place] = value;
        if (isFixed)
        {
            fixedFiles.Add(place);
        }
    }

    /// <summary>A variable's value; null where no Secret gave it.</summary>
    public string? Variable(string container, string name) => values.TryGetValue($"{container}/env/{name}", out var value) ? Encoding.UTF8.GetString(value) : null;

    /// <summary>Whether any value begins with this text.</summary>
    public bool HasPrefix(string text) => values.Values.Any(value => value.AsSpan().StartsWith(Encoding.UTF8.GetBytes(text)));

    /// <summary>What it becomes when its files follow: variables and subPath files stay.</summary>
    public Held Following(Held files)
    {
        var followed = new Held();
        foreach (var (place, value) in values.Where(held => held.Key.Contains("/env/", StringComparison.Ordinal) || fixedFiles.Contains(held.Key)))
        {
            followed.values[place] = value;
        }

        foreach (var (place, value) in files.values.Where(held => !files.fixedFiles.Contains(held.Key)))
        {
            followed.values[place] = value;
        }

        followed.fixedFiles.UnionWith(fixedFiles);
        followed.Sources.UnionWith(Sources);
        return followed;
    }

    /// <summary>Place by place, the fingerprint of what is there.</summary>
    public IReadOnlyDictionary<string, string> Shown(Fingerprint fingerprints) =>
        values.ToDictionary(static held => held.Key, held => fingerprints.Of(held.Value), StringComparer.Ordinal);
}
