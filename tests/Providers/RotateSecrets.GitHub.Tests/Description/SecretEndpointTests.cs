using System.Text;
using Octokit;
using RotateSecrets.Peers.GitHub;
using Sodium;

namespace RotateSecrets.GitHub.Tests.Description;

/// <summary>The double's secrets through Octokit and the official description.</summary>
public sealed class SecretEndpointTests
{
    [Fact]
    public async Task A_repository_secret_is_sealed_with_its_own_key_kept_and_listed()
    {
        await using var github = await DescribedGitHub.StartAsync();
        github.Server.Arrange(static state => state.Repository("acme/proxy"));
        var secrets = Clients.Octokit(github).Repository.Actions.Secrets;

        var key = await secrets.GetPublicKey("acme", "proxy");
        var made = await secrets.CreateOrUpdate("acme", "proxy", "JWT", new UpsertRepositorySecret { EncryptedValue = Clients.Seal("first", key.Key), KeyId = key.KeyId });
        await secrets.CreateOrUpdate("acme", "proxy", "JWT", new UpsertRepositorySecret { EncryptedValue = Clients.Seal("second", key.Key), KeyId = key.KeyId });

        Assert.Equal("JWT", made.Name);
        Assert.Equal("JWT", Assert.Single((await secrets.GetAll("acme", "proxy")).Secrets).Name);
        var stored = github.Server.Ask(static state => state.Repository("acme/proxy").Secrets().Find("JWT"));
        Assert.Equal(("second", false, 2), (stored!.Text, stored.IsGarbage, stored.Writes));
        Assert.Equal(2, github.Server.Requests.Count("PUT /repos/{owner}/{repo}/actions/secrets/{secret_name}"));
    }
}
