namespace RotateSecrets.Aws.Tests.Connecting;

/// <summary>An environment that names nothing of AWS but empty files in a folder, until it is disposed of. One test at a time has it.</summary>
internal sealed class CleanEnvironment : IDisposable
{
    private static readonly string[] Others = ["HOME", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED"];

    private readonly Dictionary<string, string?> before = Names().Concat(Others).Distinct(StringComparer.Ordinal).ToDictionary(static name => name, Environment.GetEnvironmentVariable, StringComparer.Ordinal);

    public CleanEnvironment()
    {
        foreach (var name in Names())
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        Environment.SetEnvironmentVariable("HOME", Folder);
        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
        Environment.SetEnvironmentVariable("AWS_CONFIG_FILE", Path.Combine(Folder, "config"));
        Environment.SetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE", Path.Combine(Folder, "credentials"));
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;

    public void Dispose()
    {
        foreach (var name in Names())
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        foreach (var (name, value) in before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        Directory.Delete(Folder, recursive: true);
    }

    private static string[] Names() => [.. Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(static name => name.StartsWith("AWS_", StringComparison.Ordinal))];
}
