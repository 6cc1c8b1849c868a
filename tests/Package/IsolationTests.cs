using System.Reflection;
using System.Runtime.Loader;
using System.Security;

namespace RotateSecrets.Package.Tests;

public sealed class IsolationTests
{
    private const string Use = """
        Import-Module $args[0]
        $null = Connect-SecretStore -Local $args[1]
        $null = New-SecretValue -Ed25519 | Set-StoreSecret local:X
        $null = Connect-SecretStore -Aws -Region eu-central-1 -EndpointUri http://127.0.0.1:9/ -Credential ([pscredential]::new('AKIAIOSFODNN7EXAMPLE', $args[2]))
        $null = Connect-SecretStore -Kubernetes -KubeConfig ($args[1] + '.kubeconfig') -ErrorAction SilentlyContinue
        $null = Connect-SecretStore -Vault 'http://127.0.0.1:1' -Token $args[2] -ErrorAction SilentlyContinue
        """;

    [Fact]
    public void Every_third_party_assembly_lives_in_the_providers_own_context()
    {
        using var runspace = BuiltModule.Open();
        var folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
        runspace.Run(Use, BuiltModule.Manifest, Path.Combine(folder, "secrets.db"), Key());

        var shipped = AppDomain.CurrentDomain.GetAssemblies()
            .Where(static assembly => !assembly.IsDynamic && assembly.Location.StartsWith(BuiltModule.Folder, StringComparison.Ordinal))
            .ToLookup(static assembly => AssemblyLoadContext.GetLoadContext(assembly)!.Name, static assembly => assembly.GetName().Name);
        Assert.Equal(["RotateSecrets", "RotateSecrets.Core"], shipped["Default"].Order(StringComparer.Ordinal));
        Assert.Contains("RotateSecrets.Local", shipped["RotateSecrets.Providers"]);
        Assert.Contains("Microsoft.Data.Sqlite", shipped["RotateSecrets.Providers"]);
        Assert.Contains("RotateSecrets.Aws", shipped["RotateSecrets.Providers"]);
        Assert.Contains("AWSSDK.Core", shipped["RotateSecrets.Providers"]);
        Assert.Contains("RotateSecrets.Vault", shipped["RotateSecrets.Providers"]);
        Assert.Contains("RotateSecrets.Kubernetes", shipped["RotateSecrets.Providers"]);
        Assert.Contains("KubernetesClient", shipped["RotateSecrets.Providers"]);
        Assert.Contains("Polly.Core", shipped["RotateSecrets.Providers"]);
        Assert.Equal(2, shipped.Count);
    }

    [Fact]
    public void Another_version_of_a_package_that_a_user_has_loaded_does_no_harm()
    {
        var users = typeof(Microsoft.Data.Sqlite.SqliteConnection).Assembly;
        using var runspace = BuiltModule.Open();
        var folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
        runspace.Run(Use, BuiltModule.Manifest, Path.Combine(folder, "secrets.db"), Key());

        var ours = AppDomain.CurrentDomain.GetAssemblies().Single(assembly =>
            assembly.GetName().Name == users.GetName().Name && AssemblyLoadContext.GetLoadContext(assembly)!.Name == "RotateSecrets.Providers");
        Assert.NotEqual(users.GetName().Version, ours.GetName().Version);
        Assert.Same(AssemblyLoadContext.Default, AssemblyLoadContext.GetLoadContext(users));
    }

    private static SecureString Key()
    {
        var key = new SecureString();
        foreach (var character in "key")
        {
            key.AppendChar(character);
        }

        return key;
    }

    [Fact]
    public void No_public_member_of_the_door_names_a_provider()
    {
        using var runspace = BuiltModule.Open();
        var door = (Assembly)runspace.Run("(Import-Module $args[0] -PassThru).ImplementingAssembly", BuiltModule.Manifest)[0].BaseObject;
        Assert.DoesNotContain(door.GetReferencedAssemblies(), static name => name.Name!.StartsWith("RotateSecrets.", StringComparison.Ordinal) && name.Name != "RotateSecrets.Core");
    }
}
