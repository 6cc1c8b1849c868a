using RotateSecrets.Secrets;
using RotateSecrets.Tests.Hosting;

namespace RotateSecrets.Tests.Commands;

public sealed class StoreSecretTests : IDisposable
{
    private readonly HostedSession session = new();

    public StoreSecretTests() => session.Run("Connect-SecretStore -Local secrets.db").Clean();

    public void Dispose() => session.Dispose();

    [Fact]
    public void A_value_that_is_piped_in_becomes_the_current_version()
    {
        var version = session.Run("[byte[]](1, 2, 255) | Set-StoreSecret local:X").Errors;
        Assert.NotEmpty(version);

        var written = session.Run("Set-StoreSecret local:X -Value ([byte[]](1, 2, 255))").Single<SecretVersion>();

        Assert.Equal((SecretStage.Current, "1", 3), (written.Stage, written.Id, written.Length));
        var read = session.Run("Get-StoreSecret local:X -Reveal").Single<SecretVersion>();
        Assert.Equal([1, 2, 255], read.Value!.Reveal(static bytes => bytes.ToArray()));
    }

    [Fact]
    public void Promoting_a_candidate_keeps_what_was_current_as_previous_and_rolling_back_brings_it_back()
    {
        var script = """
            $null = New-SecretValue | Set-StoreSecret local:X
            $null = New-SecretValue | Set-StoreSecret local:X -Stage Pending | Move-StoreSecret -Stage Current
            """;
        session.Run(script).Clean();
        Assert.Equal(["2 Current", "1 Previous"], Stages());

        session.Run("$null = Get-StoreSecret local:X -Stage Previous | Move-StoreSecret").Clean();
        Assert.Equal(["2 Previous", "1 Current"], Stages());
    }

    [Fact]
    public void The_current_version_is_never_revoked()
    {
        session.Run("$null = New-SecretValue | Set-StoreSecret local:X").Clean();

        session.Run("Get-StoreSecret local:X | Revoke-Secret -Force -Confirm:$false").Error("StageForbidden");

        Assert.Equal(["1 Current"], Stages());
    }

    [Fact]
    public void A_version_whose_successor_was_not_verified_is_not_revoked()
    {
        session.Run("1..2 | ForEach-Object { $null = New-SecretValue | Set-StoreSecret local:X }").Clean();

        var error = session.Run("Get-StoreSecret local:X -Stage Previous | Revoke-Secret -Confirm:$false").Error("NotVerified");

        Assert.Contains("version 2, which replaces it, was never verified", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(["2 Current", "1 Previous"], Stages());
    }

    [Fact]
    public void Revoking_asks_first_and_a_No_leaves_everything_as_it_was()
    {
        session.Run("1..2 | ForEach-Object { $null = New-SecretValue | Set-StoreSecret local:X }").Clean();
        session.Host.Answer = 2;

        Assert.Empty(session.Run("Get-StoreSecret local:X -Stage Previous | Revoke-Secret -Force").Clean().Output);

        Assert.Contains("local:X version 1 (Previous)", Assert.Single(session.Host.Questions), StringComparison.Ordinal);
        Assert.Equal(["2 Current", "1 Previous"], Stages());
    }

    [Fact]
    public void A_revoked_version_has_no_value_left()
    {
        session.Run("1..2 | ForEach-Object { $null = New-SecretValue | Set-StoreSecret local:X }").Clean();
        session.Run("$null = Get-StoreSecret local:X -Stage Previous | Revoke-Secret -Force -Confirm:$false").Clean();

        session.Run("Get-StoreSecret local:X -Version 1 -Reveal").Error("VersionNotFound");
        Assert.Null(session.Run("Get-StoreSecret local:X -Version 1").Single<SecretVersion>().Fingerprint);
    }

    [Fact]
    public void What_if_says_what_would_be_and_changes_nothing()
    {
        session.Run("New-SecretValue | Set-StoreSecret local:X -WhatIf").Clean();
        session.Run("Get-StoreSecret local:X").Error("SecretNotFound");
    }

    [Fact]
    public void A_write_that_expects_another_version_is_refused()
    {
        session.Run("$null = New-SecretValue | Set-StoreSecret local:X -ExpectedVersion 0").Clean();
        session.Run("New-SecretValue | Set-StoreSecret local:X -ExpectedVersion 0").Error("VersionConflict");
        session.Run("$null = New-SecretValue | Set-StoreSecret local:X -ExpectedVersion 1").Clean();
    }

    [Fact]
    public void An_unknown_store_says_what_is_connected()
    {
        var error = session.Run("Get-StoreSecret vault:secret/x#y").Error("StoreNotConnected");
        Assert.Contains("Connected are: local.", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_malformed_address_says_where()
    {
        var error = session.Run("Get-StoreSecret 'local'").Error("AddressMalformed");
        Assert.Contains("at character 6", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_text_is_taken_with_a_warning() =>
        Assert.Contains("plain text", Assert.Single(session.Run("'abc' | Set-StoreSecret local:X").Clean().Warnings), StringComparison.Ordinal);

    [Fact]
    public void What_cant_be_a_secret_is_refused_by_our_own_error_and_not_repeated()
    {
        var error = session.Run("@{ canary = 'hunter2' } | Set-StoreSecret local:X").Error("ValueInvalid");
        Assert.Equal("value", error.TargetObject);
    }

    [Fact]
    public void The_table_of_versions_shows_stage_age_and_fingerprint_and_no_value()
    {
        var text = session.Render("New-SecretValue | Set-StoreSecret local:PROXY_JWT_SECRET");
        Assert.Matches(@"Address +Id +Stage +Age +Fingerprint", text);
        Assert.Matches(@"local:PROXY_JWT_SECRET +1 +Current +0 s +[0-9a-f]{16}", text);
    }

    private string[] Stages() => [.. session.Run("Get-StoreSecret local:X").All<SecretVersion>().Select(static version => $"{version.Id} {version.Stage}")];
}
