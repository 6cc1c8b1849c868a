using RotateSecrets.GitHub.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.GitHub.Tests.Audit;

public sealed class AuditTests : GitHubTests
{
    private static readonly SecretAddress Secret = SecretAddress.Parse("github:acme/proxy/JWT");

    [Fact]
    public async Task The_log_tells_who_wrote_a_secret_and_which_jobs_were_given_it()
    {
        Server.Arrange(static state => state.Repository("acme/proxy").Commit(
            "main", "Deploy", (".github/workflows/deploy.yml", "on: push\njobs:\n  build:\n    runs-on: x\n    steps: [{ run: 'x ${{ secrets.JWT }}' }]\n")));
        await Doors.PutAsync(Store, "github:acme/proxy/JWT", "one");
        await Doors.PutAsync(Store, "github:acme/proxy/OTHER", "one");
        var since = Time.GetUtcNow();
        Time.Leap(TimeSpan.FromMinutes(1));
        Server.Arrange(static state => state.Repository("acme/proxy").Actions.Start("deploy.yml"));
        Server.Ask(static state => state.Repositories.Count());

        var all = await Doors.ValuesAsync(Store.ReadAuditAsync(new AuditQuery(Secret), Cancellation));
        Assert.Equal(["write", "read"], all.Select(static one => one.Operation));
        Assert.Contains("job build", all[1].From, StringComparison.Ordinal);
        Assert.Equal("octo-operator", all[0].Principal);
        Assert.Equal("read", Assert.Single(await Doors.ValuesAsync(Store.ReadAuditAsync(new AuditQuery(Secret, Since: since), Cancellation))).Operation);
    }

    [Fact]
    public async Task An_organisation_without_a_log_is_told_as_such()
    {
        Server.Arrange(static state => state.Organization("acme").KeepsAuditLog = false);
        await foreach (var entry in Store.ReadAuditAsync(new AuditQuery(Secret), Cancellation))
        {
            Assert.Equal(FailureCode.AccessDenied, entry.Failure?.Code);
            Assert.Contains("audit log", entry.Failure!.Message, StringComparison.Ordinal);
        }
    }
}
