using System.Collections;
using System.Management.Automation;
using System.Security;
using System.Text.Json;
using RotateSecrets.Commands;
using RotateSecrets.Secrets;
using RotateSecrets.Tests.Hosting;

namespace RotateSecrets.Tests.Leaks;

/// <summary>Runs every cmdlet with a secret, right and wrong, and looks for it in every stream, error, rendering and serialisation.</summary>
public sealed class LeakTests : IDisposable
{
    private readonly HostedSession session = new();

    public LeakTests() => session.Run("Connect-SecretStore -Local secrets.db; foreach ($i in 1..2) { Set-StoreSecret local:X -Value $args[0] }", Secure()).Clean();

    // Each gets the canary as $args[0] (SecureString), $args[1] (SecretValue), $args[2] (PSCredential) and $args[3] (string).
    public static TheoryData<string> Scripts =>
    [
        "Connect-SecretStore -Local other.db -Passphrase $args[0]",
        "Connect-SecretStore -Local secrets.db -Passphrase $args[2]",
        "Connect-SecretStore -Kind None -Credential $args[1] -Setting @{ x = $args[3] }",
        "Connect-SecretStore -Kind Local -Location second.db -Credential $args[1]",
        "Connect-SecretStore -Aws -Region eu-central-1 -EndpointUri http://127.0.0.1:9/ -Credential $args[2] -SessionToken $args[0]; Set-StoreSecret aws:X -Value $args[1]",
        "Connect-SecretStore -Aws -Region eu-central-1 -Credential $args[3]",
        "Connect-SecretStore -Vault http://127.0.0.1:9 -Token $args[0]",
        "Connect-SecretStore -Vault http://127.0.0.1:9 -Token $args[3]",
        "Connect-SecretStore -Vault http://127.0.0.1:9 -RoleId r -SecretId $args[1]",
        "Connect-SecretStore -Vault http://127.0.0.1:9 -Role r -Jwt $args[2]",
        "Get-SecretLease local $args[3]",
        "Revoke-SecretLease local -Prefix $args[3] -Confirm:$false",
        "$args[3] | New-StorePolicy",
        "$args[1] | Test-StorePolicy x",
        "Update-StoreCredential $args[3] -Confirm:$false",
        "Get-SecretStore",
        "Disconnect-SecretStore local",
        "Test-StoreAccess local:X",
        "Get-StoreSecret local:X",
        "Get-StoreSecret local:X -Reveal",
        "Get-StoreSecret -Store local",
        "Get-StoreSecret $args[3]",
        "$args[3] | Get-StoreSecret",
        "$args[1] | Get-StoreSecret",
        "Set-StoreSecret local:X -Value $args[0]",
        "Set-StoreSecret local:X -Value $args[1] -WhatIf",
        "$args[2] | Set-StoreSecret local:X",
        "$args[3] | Set-StoreSecret local:X",
        "$args[3], $args[3] | Set-StoreSecret local:X -ExpectedVersion 77",
        "Set-StoreSecret $args[3] -Value $args[1]",
        "Set-StoreSecret -Address local:X -Value $args[3], $args[3]",
        "@{ secret = $args[3] } | Set-StoreSecret local:X",
        ", [char[]]$args[3] | Set-StoreSecret local:X",
        "$args[1] | Set-StoreSecret nowhere:X",
        "$args[1] | Set-StoreSecret local:X -Token t; 'other' | Set-StoreSecret local:X -Token t",
        "Get-StoreSecret local:X -Stage Previous -Reveal | Move-StoreSecret",
        "$args[1] | Move-StoreSecret",
        "Get-StoreSecret local:X -Stage Previous -Reveal | Revoke-Secret -Confirm:$false",
        "Get-StoreSecret local:X -Stage Previous -Reveal | Revoke-Secret -Force -Confirm:$false",
        "$args[1] | Revoke-Secret -Confirm:$false",
        "Get-StoreSecret local:X -Reveal | Get-Consumer",
        "$args[3] | Get-Consumer",
        "$args[1] | Restart-Consumer",
        "$args[1] | Start-Consumer",
        "$args[1] | Stop-Consumer",
        "Test-RotationHealth -Jwt http://127.0.0.1:9/whoami -Accepted $args[1] -Refused $args[3]",
        "Test-RotationHealth -Jwt http://127.0.0.1:9/whoami -Accepted @($args[0], $args[2])",
        "Test-RotationHealth -Http http://127.0.0.1:9/ -Match '['",
        "$args[1] | Test-RotationHealth",
        "New-SecretValue | Set-StoreSecret local:Y",
        "$args[1] | Update-Consumer -To $args[3]",
        "Update-Consumer -Kind Deployment -Name x -To $args[3] -Variable X",
        "Update-Consumer -Kind Deployment -Name x -To local:X -Variable $args[3]",
        "Get-StoreAuditEvent local:X",
        "$args[1] | Get-StoreAuditEvent",
        "New-RotationPlan local:X ./x.rotation.psd1 -Owner me; Test-RotationPlan ./x.rotation.psd1",
        "$args[3] | New-RotationPlan",
        "Invoke-SecretRotation local:X -Value $args[0] -Confirm:$false -PassThru",
        "Invoke-SecretRotation local:X -Value $args[1] -Confirm:$false; Get-SecretRotation | Undo-SecretRotation -Confirm:$false; Get-SecretRotation | Resume-SecretRotation -Confirm:$false",
        "Invoke-SecretRotation local:X -Confirm:$false; Get-SecretRotation",
        "Invoke-SecretRotation local:X -Value $args[1] -Confirm:$false | Export-RotationReport ./r.md; foreach ($f in 'md', 'json', 'html') { Get-SecretRotation | Export-RotationReport ./r.$f; [IO.File]::ReadAllText(\"$PWD/r.$f\") }",
        "$args[1] | Invoke-SecretRotation -Confirm:$false",
    ];

    public void Dispose() => session.Dispose();

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_secret_comes_out_nowhere(string script)
    {
        using var value = SecretValue.FromText(Canary.Text);
        object[] arguments = [Secure(), value, new PSCredential("user", Secure()), Canary.Text];

        var result = session.Run($"$VerbosePreference = 'Continue'; $DebugPreference = 'Continue'; {script}", arguments);

        Assert.All(result.Warnings.Concat(result.Verbose), static line => Canary.AssertAbsent("a stream", line));
        Assert.All(result.Errors, AssertAbsent);
        foreach (var item in result.Output)
        {
            Canary.AssertAbsent("the text of an output", item.ToString());
            Canary.AssertAbsent("CliXml", PSSerializer.Serialize(item, 4));
            Canary.AssertAbsent("ConvertTo-Json", AsJson(item));
            Canary.AssertAbsent("System.Text.Json", JsonSerializer.Serialize(item.BaseObject, item.BaseObject.GetType()));
            Canary.AssertAbsent("Format-List *", session.Render("foreach ($property in $args[0].PSObject.Properties) { $property.Name; $property.Value }", item));
            Canary.AssertAbsent("the format view", session.Render("$args[0]", item));
        }

        foreach (var error in result.Errors)
        {
            Canary.AssertAbsent("the rendered error", session.Render("$args[0]", error));
        }
    }

    [Fact]
    public void Every_cmdlet_is_among_the_scripts()
    {
        var cmdlets = typeof(RotationCommand).Assembly.GetExportedTypes().Where(static type => type.IsSubclassOf(typeof(Cmdlet)) && !type.IsAbstract)
            .Select(static type => type.GetCustomAttributes(typeof(CmdletAttribute), inherit: false).Cast<CmdletAttribute>().Single())
            .Select(static name => $"{name.VerbName}-{name.NounName}");
        Assert.All(cmdlets, static cmdlet => Assert.Contains(Scripts, script => script.Data.Contains(cmdlet, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_search_finds_the_secret_where_it_is_let_out()
    {
        var revealed = (string)session.Run("(Get-StoreSecret local:X -Reveal).Value.Reveal()").Clean().Output[0].BaseObject;
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Canary.AssertAbsent("a text", $"before {revealed} after"));
        var inBase64 = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"x{revealed}yz"));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Canary.AssertAbsent("a text", inBase64));
    }

    [Fact]
    public void No_file_holds_the_secret()
    {
        foreach (var file in Directory.EnumerateFiles(session.Folder, "*", SearchOption.AllDirectories))
        {
            Canary.AssertAbsent(file, System.Text.Encoding.UTF8.GetString(File.ReadAllBytes(file)));
        }
    }

    private static void AssertAbsent(ErrorRecord error)
    {
        Canary.AssertAbsent("an error's text", error.ToString());
        Canary.AssertAbsent("an error's exception", error.Exception.ToString());
        Canary.AssertAbsent("an error's category", error.CategoryInfo.ToString());
        Canary.AssertAbsent("an error's details", error.ErrorDetails?.ToString());
        Canary.AssertAbsent("an error's recommended action", error.ErrorDetails?.RecommendedAction);
        Canary.AssertAbsent("an error's target", error.TargetObject?.ToString());
        Canary.AssertAbsent("an error's id", error.FullyQualifiedErrorId);
    }

    private static SecureString Secure()
    {
        var secure = new SecureString();
        Canary.Text.ToList().ForEach(secure.AppendChar);
        return secure;
    }

    // What ConvertTo-Json does: it walks the public properties and fields of whatever it meets.
    private static string AsJson(object? item, int depth = 0)
    {
        switch (item is PSObject wrapped ? wrapped.BaseObject : item)
        {
            case null:
                return "null";
            case var leaf when depth == 4 || leaf is string or ValueType or Uri:
                return leaf.ToString()!;
            case IEnumerable items:
                return string.Join(',', items.Cast<object?>().Select(one => AsJson(one, depth + 1)));
            case var walked:
                return string.Join(',', PSObject.AsPSObject(walked).Properties.Select(property => $"{property.Name}:{AsJson(Try(property), depth + 1)}"));
        }
    }

    private static object? Try(PSPropertyInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (GetValueInvocationException)
        {
            return null;
        }
    }
}
