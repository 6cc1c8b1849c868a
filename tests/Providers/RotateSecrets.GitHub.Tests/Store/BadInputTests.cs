using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.GitHub.Tests.Store;

public sealed class BadInputTests : GitHubTests
{
    [Theory]
    [InlineData("acme")]
    [InlineData("acme/proxy")]
    [InlineData("orgs/acme")]
    [InlineData("acme/proxy/environments/JWT")]
    [InlineData("acme/proxy/environments//JWT")]
    [InlineData("other/acme/proxy/JWT")]
    [InlineData("dependabot/acme/proxy/environments/staging/JWT")]
    [InlineData("acme/pro xy/JWT")]
    [InlineData("-acme/proxy/JWT")]
    [InlineData("acme/../JWT")]
    public void A_path_that_is_none_is_refused(string path) =>
        Assert.Equal(FailureCode.AddressMalformed, SecretPlace.Of(SecretAddress.Parse("github:" + path)).Failure?.Code);

    [Theory]
    [InlineData("dependabot/core/JWT", "Actions", "dependabot", "core")]
    [InlineData("dependabot/dependabot/core/JWT", "Dependabot", "dependabot", "core")]
    [InlineData("codespaces/codespaces/codespaces/JWT", "Codespaces", "codespaces", "codespaces")]
    [InlineData("orgs/acme/JWT", "Actions", "acme", null)]
    [InlineData("dependabot/orgs/acme/jwt", "Dependabot", "acme", null)]
    [InlineData("acme/environments/JWT", "Actions", "acme", "environments")]
    public void The_number_of_parts_tells_owners_from_words(string path, string use, string owner, string? repository)
    {
        var place = Doors.Value(SecretPlace.Of(SecretAddress.Parse("github:" + path)));
        Assert.Equal((use, owner, repository, "JWT"), (place.Use.ToString(), place.Owner, place.Repository, place.Name));
        Assert.Equal(place, Doors.Value(SecretPlace.Of(SecretAddress.Parse("github:" + place.Path))));
    }

    [Theory]
    [InlineData("GITHUB_TOKEN", "reserved")]
    [InlineData("github_pat", "reserved")]
    [InlineData("1JWT", "digit")]
    [InlineData("JWT-KEY", "letters")]
    [InlineData("JWT KEY", "letters")]
    public async Task A_name_that_GitHub_refuses_is_refused_before_anything_is_sent(string name, string why)
    {
        var failure = (await Doors.TryPutAsync(Store, $"github:acme/proxy/{name}", "s3cret")).Failure!;
        Assert.Equal(FailureCode.ValueInvalid, failure.Code);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        Assert.Empty(Server.Requests.All);
    }

    [Fact]
    public async Task A_name_that_is_too_long_is_refused() =>
        Assert.Equal(FailureCode.ValueInvalid, (await Doors.TryPutAsync(Store, $"github:acme/proxy/{new string('A', 256)}", "s3cret")).Failure?.Code);

    [Fact]
    public async Task A_value_of_48_KB_is_written_and_a_byte_more_is_not()
    {
        await Doors.PutAsync(Store, "github:acme/proxy/JWT", new string('x', 48 * 1024));
        var failure = (await Doors.TryPutAsync(Store, "github:acme/proxy/JWT", new string('x', (48 * 1024) + 1))).Failure!;
        Assert.Equal(FailureCode.ValueInvalid, failure.Code);
        Assert.Contains("49153", failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureCode.ValueInvalid, (await Doors.TryPutAsync(Store, "github:acme/proxy/JWT", string.Empty)).Failure?.Code);
    }

    [Fact]
    public async Task A_field_is_refused_since_nobody_can_change_a_part_of_what_cant_be_read() =>
        Assert.Equal(FailureCode.NotSupported, (await Doors.TryPutAsync(Store, "github:acme/proxy/JWT#key", "s3cret")).Failure?.Code);

    [Fact]
    public async Task A_token_without_the_permission_is_told_which_and_for_what()
    {
        var store = (await ConnectAsync(TokenWith("metadata=read", "secrets=read"))).Store;
        var failure = (await Doors.TryPutAsync(store, "github:acme/proxy/JWT", "s3cret")).Failure!;
        Assert.Equal(FailureCode.AccessDenied, failure.Code);
        Assert.Contains("Secrets: write", failure.Message, StringComparison.Ordinal);
        Assert.Contains("PUT /repos/{owner}/{repo}/actions/secrets/{secret_name}", failure.Message, StringComparison.Ordinal);
        Assert.Null(Stored(static state => state.Repository("acme/proxy").Secrets(), "JWT"));
    }

    [Fact]
    public async Task A_token_that_isnt_authorised_for_single_sign_on_is_told_so_without_the_address_that_lets_in()
    {
        Server.Arrange(static state => state.Organization("acme").RequiresSso = true);
        var failure = (await Doors.TryPutAsync(Store, "github:acme/proxy/JWT", "s3cret")).Failure!;
        Assert.Equal(FailureCode.AccessDenied, failure.Code);
        Assert.Contains("single sign-on", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("authorization_request", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archived_repository_is_told_before_anything_is_written()
    {
        Server.Arrange(static state => state.Repository("acme/proxy").IsArchived = true);
        var report = Doors.Value(await Store.CheckAccessAsync(SecretAddress.Parse("github:acme/proxy/JWT"), StoreAccess.Rotate, Cancellation));
        Assert.False(report.Granted);
        Assert.Contains("archived", Assert.Single(report.Findings), StringComparison.Ordinal);
        var failure = (await Doors.TryPutAsync(Store, "github:acme/proxy/JWT", "s3cret")).Failure!;
        Assert.Equal(FailureCode.AccessDenied, failure.Code);
        Assert.Contains("archived", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_environment_that_isnt_there_is_told_from_a_secret_that_isnt()
    {
        var failure = (await Doors.TryPutAsync(Store, "github:acme/proxy/environments/prod/JWT", "s3cret")).Failure!;
        Assert.Equal(FailureCode.SecretNotFound, failure.Code);
        Assert.Contains("no environment prod", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("github:acme/nothing/JWT", "no repository acme/nothing")]
    [InlineData("github:orgs/nobody/JWT", "no organisation nobody")]
    public async Task A_404_that_means_no_access_is_no_missing_secret(string address, string why)
    {
        var failure = (await Store.ReadAsync(SecretAddress.Parse(address), VersionSelector.Current, Cancellation)).Failure!;
        Assert.Equal(FailureCode.AccessDenied, failure.Code);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureCode.AccessDenied, (await Doors.TryPutAsync(Store, address, "s3cret")).Failure?.Code);
        Assert.Equal(FailureCode.AccessDenied, (await Store.RemoveAsync(SecretAddress.Parse(address), Cancellation)).Failure?.Code);
    }

    [Fact]
    public async Task A_full_scope_is_told_before_a_candidate_is_written_beside_a_secret()
    {
        Server.Arrange(static state =>
        {
            for (var number = 0; number < 100; number++)
            {
                state.Repository("acme/proxy").Secrets().Put($"S{number}", "x");
            }
        });
        var failure = (await Doors.TryPutAsync(Store, "github:acme/proxy/JWT", "s3cret", PutRequest.NoVersion)).Failure!;
        Assert.Equal(FailureCode.LimitReached, failure.Code);
        Assert.Contains("100 secrets", failure.Message, StringComparison.Ordinal);
        Assert.Contains(
            "takes no more",
            Assert.Single(Doors.Value(await Store.CheckAccessAsync(SecretAddress.Parse("github:acme/proxy/S1"), StoreAccess.Rotate, Cancellation)).Findings),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_token_is_told_as_such()
    {
        Server.Arrange(state => state.Revoke(Server.Operator.Token));
        Assert.Equal(FailureCode.CredentialsInvalid, (await Doors.TryPutAsync(Store, "github:acme/proxy/JWT", "s3cret")).Failure?.Code);
    }
}
