using System.Reflection;
using System.Runtime.CompilerServices;

namespace RotateSecrets.Tests.Hosting;

/// <summary>The module as the build laid it out.</summary>
internal static class BuiltModule
{
    public static string Manifest { get; } = Metadata("ModulePath");

    public static string RepositoryRoot { get; } = Metadata("RepositoryRoot");

    // The tests are compiled against these two, and must meet the very assemblies that Import-Module loads.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Load()
    {
        // What these tests write about this installation must not land in the user's own folder.
        Environment.SetEnvironmentVariable("ROTATESECRETS_HOME", Path.Combine(Path.GetTempPath(), $"rotatesecrets-tests-{Environment.ProcessId}"));
        foreach (var name in (string[])["RotateSecrets.Core.dll", "RotateSecrets.dll"])
        {
            Assembly.LoadFrom(Path.Combine(Path.GetDirectoryName(Manifest)!, name));
        }
    }

    private static string Metadata(string key) => typeof(BuiltModule).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;
}
