using System.Runtime.CompilerServices;

namespace RotateSecrets.Tests.Hosting;

/// <summary>The tests run as if on a person's machine, also where they run in a workflow: there the module prints masks, which tests that look for secrets would find.</summary>
internal static class OwnEnvironment
{
    [ModuleInitializer]
    internal static void Forget() => Environment.SetEnvironmentVariable("GITHUB_ACTIONS", null);
}
