using RotateSecrets.Consumers.Templates;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Upstreams;

/// <summary>
/// Tells whether what a manifest says means a secret of another store. A path of Vault may have <c>data</c> behind its mount, as the interface of version 2 of the key-value engine has it, or
/// not; a secret of AWS is called by its name, or by its ARN with or without its suffix; and each of them may be written here and otherwise there.
/// </summary>
internal static class RemoteName
{
    // An ARN's name has a dash and six characters behind it. Source: the user guide of Secrets Manager, "What's in a secret".
    private const int Suffix = 7;

    /// <summary>Whether a name means a secret.</summary>
    /// <param name="kind">The kind of the store.</param>
    /// <param name="written">The name in the manifest.</param>
    /// <param name="path">The path of the secret's address.</param>
    public static bool Means(string kind, string written, string path)
    {
        var (left, right) = (written.Trim().Trim('/'), path.Trim('/'));
        return kind.Equals("Aws", StringComparison.OrdinalIgnoreCase)
            ? MeansOfAws(left, right)
            : left == right || WithoutData(left).Contains(right, StringComparer.Ordinal) || WithoutData(right).Contains(left, StringComparer.Ordinal);
    }

    /// <summary>Whether a template of Vault's agent reads a secret.</summary>
    public static bool Means(TemplateRead read, SecretAddress address) => read.Reads(address)
        || WithoutData(address.Path).Any(path => SecretAddress.TryCreate(address.Store, path, address.Field).Succeeded(out var bare, out _) && read.Reads(bare))
        || (!read.IsOpenEnded && (address.Field is null || read.Fields.Count == 0 || read.Fields.Contains(address.Field, StringComparer.Ordinal)) && Means("Vault", read.Path, address.Path));

    /// <summary>How a secret may be called where a store is searched; nothing where it isn't there.</summary>
    /// <param name="kind">The kind of the store.</param>
    /// <param name="root">Where the search begins: for Vault the mount.</param>
    /// <param name="path">The path of the secret's address.</param>
    public static IEnumerable<string> NamesIn(string kind, string root, string path) => kind.Equals("Aws", StringComparison.OrdinalIgnoreCase)
        ? [Arn.Of(path) is { } arn ? Bare(arn.Name) : path]
        : WithoutData(path).Prepend(path).Where(name => name.StartsWith($"{root}/", StringComparison.Ordinal) || root.Length == 0).Select(name => root.Length == 0 ? name : name[(root.Length + 1)..]);

    // The data may stand at each slash: where the mount ends isn't told here.
    private static IEnumerable<string> WithoutData(string path)
    {
        for (var at = path.IndexOf("/data/", StringComparison.Ordinal); at >= 0; at = path.IndexOf("/data/", at + 1, StringComparison.Ordinal))
        {
            yield return path.Remove(at, "/data".Length);
        }
    }

    private static bool MeansOfAws(string left, string right) => (Arn.Of(left), Arn.Of(right)) switch
    {
        (null, null) => left == right,
        ({ } one, null) => one.Names(right),
        (null, { } other) => other.Names(left),

        // A replica in another region has the same name; another account's secret is another one.
        ({ } one, { } other) => one.Account == other.Account && (one.Names(other.Name) || other.Names(one.Name) || one.Names(Bare(other.Name))),
    };

    private static string Bare(string name) => name.Length > Suffix && name[^Suffix] == '-' ? name[..^Suffix] : name;

    private sealed record Arn(string Account, string Name)
    {
        public static Arn? Of(string text) => text.Split(':', 7) switch
        {
            ["arn", _, "secretsmanager", _, var account, "secret", var name] => new Arn(account, name),
            ["arn", _, "ssm", _, var account, var parameter] when parameter.StartsWith("parameter/", StringComparison.Ordinal) => new Arn(account, parameter["parameter/".Length..]),
            _ => null,
        };

        public bool Names(string name) => Name == name || Bare(Name) == name;
    }
}
