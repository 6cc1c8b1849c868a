using System.Management.Automation;

namespace RotateSecrets.Package.Tests;

public sealed class LayoutTests
{
    [Fact]
    public void The_manifest_is_valid_and_names_only_files_that_are_there()
    {
        using var runspace = BuiltModule.Open();
        var module = (PSModuleInfo)Assert.Single(runspace.Run("Test-ModuleManifest $args[0]", BuiltModule.Manifest)).BaseObject;
        Assert.Equal("RotateSecrets", module.Name);
        Assert.NotEmpty(module.ExportedCmdlets);
        Assert.Contains("Get-Consumers", module.ExportedAliases.Keys);
    }

    [Fact]
    public void Every_cmdlet_of_the_assembly_is_exported_and_nothing_else()
    {
        using var runspace = BuiltModule.Open();
        var exported = runspace.Run("Import-Module $args[0]; Get-Command -Module RotateSecrets -CommandType Cmdlet", BuiltModule.Manifest)
            .Select(static command => ((CmdletInfo)command.BaseObject).ImplementingType.Name);
        var defined = runspace.Run("(Get-Module RotateSecrets).ImplementingAssembly.GetExportedTypes() | Where-Object { $_.IsSubclassOf([System.Management.Automation.Cmdlet]) -and -not $_.IsAbstract } | ForEach-Object Name")
            .Select(static name => (string)name.BaseObject);
        Assert.Equal(defined.Order(StringComparer.Ordinal), exported.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void PowerShell_itself_is_not_shipped()
    {
        var shipped = Directory.EnumerateFiles(BuiltModule.Folder, "*", SearchOption.AllDirectories).Select(Path.GetFileName).ToList();
        Assert.DoesNotContain("System.Management.Automation.dll", shipped);
        Assert.DoesNotContain("PowerShellStandard.Library.dll", shipped);
    }

    [Fact]
    public void Nothing_but_the_door_and_the_heart_lies_beside_the_manifest()
    {
        var beside = Directory.EnumerateFiles(BuiltModule.Folder, "*.dll").Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(["RotateSecrets.Core.dll", "RotateSecrets.dll"], beside);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(BuiltModule.Folder, "Providers"), "RotateSecrets.Core.dll", SearchOption.AllDirectories));
    }
}
