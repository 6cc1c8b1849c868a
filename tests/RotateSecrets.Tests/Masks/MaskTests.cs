using RotateSecrets.Rotation.Records;
using RotateSecrets.Tests.Hosting;

namespace RotateSecrets.Tests.Masks;

/// <summary>The variable that tells a workflow is the process's: no other test may run beside these.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class InWorkflow
{
    public const string Name = "Workflow";
}

[Collection(InWorkflow.Name)]
public sealed class MaskTests : IDisposable
{
    private const string Variable = "GITHUB_ACTIONS";

    private readonly HostedSession session = new();
    private readonly string? before = Environment.GetEnvironmentVariable(Variable);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, before);
        session.Dispose();
    }

    [Fact]
    public void In_a_workflow_each_line_of_a_value_is_masked_before_it_can_be_used()
    {
        Environment.SetEnvironmentVariable(Variable, "true");
        session.Run("Connect-SecretStore -Local secrets.db").Clean();
        session.Run("Set-StoreSecret local:X -Value ([System.Net.NetworkCredential]::new('', \"first 100%`n`r`nsecond\").SecurePassword)").Clean();
        Assert.Equal(["::add-mask::first 100%25", "::add-mask::second"], Masks());
        Assert.Equal(3, CountAfter("New-SecretValue"));
        Assert.Equal(5, CountAfter("Get-StoreSecret local:X -Reveal"));
    }

    [Fact]
    public void In_a_workflow_the_values_of_a_rotation_are_masked()
    {
        Environment.SetEnvironmentVariable(Variable, "true");
        session.Run("Connect-SecretStore -Local secrets.db; $null = New-SecretValue | Set-StoreSecret local:X").Clean();
        var masked = Masks().Count;

        var rotation = session.Run("Invoke-SecretRotation -Address local:X -Confirm:$false").Single<SecretRotation>();

        Assert.Equal(RotationState.Completed, rotation.State);
        var value = session.Run("(Get-StoreSecret local:X -Reveal).Value.Reveal()").Single<string>();
        Assert.True(Masks().Count >= masked + 2);
        Assert.Contains($"::add-mask::{value}", Masks()[masked..]);
    }

    [Fact]
    public void Whatever_else_the_variable_says_it_is_a_workflow()
    {
        Environment.SetEnvironmentVariable(Variable, "1");
        Assert.Equal(1, CountAfter("New-SecretValue"));
    }

    [Fact]
    public void Elsewhere_nothing_is_printed()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        session.Run("$null = New-SecretValue").Clean();
        Assert.Empty(Masks());
    }

    private int CountAfter(string script)
    {
        session.Run("$null = " + script).Clean();
        return Masks().Count;
    }

    private List<string> Masks() => [.. session.Host.Text.Split('\n').Select(static line => line.Trim()).Where(static line => line.StartsWith("::add-mask::", StringComparison.Ordinal))];
}
