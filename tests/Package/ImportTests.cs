using System.Management.Automation.Runspaces;

namespace RotateSecrets.Package.Tests;

public sealed class ImportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("Import-Module $args[0] -Force")]
    [InlineData("Remove-Module RotateSecrets; Import-Module $args[0]")]
    [InlineData("Remove-Module RotateSecrets; Remove-Module RotateSecrets -ErrorAction Ignore; Import-Module $args[0]; Import-Module $args[0] -Force; Import-Module $args[0] -Force")]
    public void Importing_again_starts_afresh_and_works(string again)
    {
        using var runspace = BuiltModule.Open();
        runspace.Run("Import-Module $args[0]; $null = Connect-SecretStore -Local $args[1]; $null = New-SecretValue | Set-StoreSecret local:X", BuiltModule.Manifest, Store);

        runspace.Run(again, BuiltModule.Manifest);

        Assert.Empty(runspace.Run("Get-SecretStore"));
        runspace.Run("$null = Connect-SecretStore -Local $args[0]; $null = Get-StoreSecret local:X", Store);
    }

    [Fact]
    public async Task Two_runspaces_at_once_share_nothing_but_the_assemblies()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var one = BuiltModule.Open();
        using var two = BuiltModule.Open();
        await Task.WhenAll(Task.Run(() => Use(one, "one"), cancellation), Task.Run(() => Use(two, "two"), cancellation));

        Assert.Equal("one", one.Run("(Get-SecretStore).Name")[0].BaseObject);
        Assert.Equal("two", two.Run("(Get-SecretStore).Name")[0].BaseObject);

        one.Run("Remove-Module RotateSecrets");
        Assert.Equal("two", two.Run("(Get-SecretStore).Name")[0].BaseObject);
    }

    private string Store => Path.Combine(folder, "secrets.db");

    private void Use(Runspace runspace, string name) => runspace.Run(
        """
        Import-Module $args[0]
        $null = Connect-SecretStore -Local $args[1] -Name $args[2]
        foreach ($i in 1..20) { $null = New-SecretValue | Set-StoreSecret ($args[2] + ':X') }
        """,
        BuiltModule.Manifest,
        Path.Combine(folder, name + ".db"),
        name);
}
