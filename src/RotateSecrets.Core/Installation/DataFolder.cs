namespace RotateSecrets.Installation;

/// <summary>Where this installation keeps what is its own: its key, and the journal unless another is named.</summary>
public static class DataFolder
{
    /// <summary>The environment variable that overrules the default place.</summary>
    public const string Variable = "ROTATESECRETS_HOME";

    /// <summary>
    /// The folder: <c>$ROTATESECRETS_HOME</c>, else RotateSecrets in the user's local application data. It may not exist yet.
    /// </summary>
    public static string Path =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
            ? System.IO.Path.GetFullPath(named)
            : System.IO.Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
                "RotateSecrets");
}
