using System.Reflection;

namespace RotateSecrets.HelpBuilder.Tests.Hosting;

/// <summary>Where the built module and the sources of its help are.</summary>
internal static class Repository
{
    public static string ModuleFolder { get; } = Metadata("ModuleFolder");

    public static string PageFolder { get; } = Metadata("PageFolder");

    private static string Metadata(string key) => typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(data => string.Equals(data.Key, key, StringComparison.Ordinal)).Value!;
}
