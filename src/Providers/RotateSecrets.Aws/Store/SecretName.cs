namespace RotateSecrets.Aws.Store;

/// <summary>The name of a secret, whether it is called by its name or by its ARN.</summary>
internal static class SecretName
{
    // An ARN's name has a dash and six characters behind it. Source: the service's user guide, "What's in a secret".
    private const int Suffix = 7;

    /// <summary>The name that a full ARN ends in, without its suffix; a name as it is.</summary>
    public static string Of(string id) => InArn(id) is { } name ? name.Length > Suffix && name[^Suffix] == '-' ? name[..^Suffix] : name : id;

    /// <summary>Whether two, who each wrote a name, or an ARN with or without its suffix, may mean one secret. An ARN without looks like one with, where the name itself ends in a dash and six characters.</summary>
    public static bool MayBeSame(string one, string other) => Possible(one).Intersect(Possible(other), StringComparer.Ordinal).Any();

    /// <summary>Whether the last part of an ARN is a secret's name, with or without the suffix.</summary>
    public static bool EndsArnOf(string written, string name) =>
        written == name || (written.Length == name.Length + Suffix && written[name.Length] == '-' && written.StartsWith(name, StringComparison.Ordinal));

    /// <summary>The account in an ARN; null where it is none, or has none.</summary>
    public static string? AccountOf(string id) => id.Split(':', 7) is ["arn", _, _, _, { Length: > 0 } account, ..] ? account : null;

    private static string[] Possible(string id) => InArn(id) is { } written ? [written, Of(id)] : [id];

    private static string? InArn(string id) => id.Split(':', 7) is ["arn", _, "secretsmanager", _, _, "secret", var name] ? name : null;
}
