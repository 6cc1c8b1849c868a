using RotateSecrets.Consumers;
using RotateSecrets.Core.Tests.Rotation.Doubles;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Core.Tests.Rotation;

public sealed class RevocationGuardTests
{
    private const string Old = "1";
    private const string New = "2";

    private readonly World world = new(Scenario.All[0], FaultSchedule.None);
    private readonly Lock gate = new();
    private readonly RevocationGuard guard;

    public RevocationGuardTests()
    {
        var process = new OperatorProcess("operator");
        var wire = new Wire(world, process);
        var consumers = new DoubleConsumers(world, wire);
        guard = new RevocationGuard(new DoubleStore(world, world.Store, wire), new DoubleJournal(world.Journal, process, gate), new ConsumerCatalog([consumers], [consumers]));
        using var value = SecretValue.FromText("the new value");
        world.Store.Put(new PutRequest(Scenario.Home, value, SecretStage.Pending, "token"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_clients_use_is_never_revoked(bool force) => Assert.Equal(FailureCode.StageForbidden, (await CheckAsync(Old, force)).Failure?.Code);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_not_there_is_said_to_be_not_there(bool force) => Assert.Equal(FailureCode.VersionNotFound, (await CheckAsync("99", force)).Failure?.Code);

    [Fact]
    public async Task A_candidate_that_was_never_verified_is_withdrawn_by_force_alone()
    {
        Assert.Equal(FailureCode.NotVerified, (await CheckAsync(New)).Failure?.Code);
        Assert.Null((await CheckAsync(New, force: true)).Failure);
    }

    [Fact]
    public async Task What_was_replaced_by_something_that_was_never_verified_stays()
    {
        Promote();
        Verify(Old);
        RestartAll();

        var failure = (await CheckAsync(Old)).Failure;

        Assert.Equal(FailureCode.NotVerified, failure?.Code);
        Assert.Contains("version 2, which replaces it, was never verified", failure?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_somebody_still_uses_stays_and_who_it_is_is_said()
    {
        Promote();
        Verify(New);
        RestartAll();
        var behind = world.Services.Single(static service => service.Name == "worker").Instances[1];
        behind.Held = [new Held(Scenario.Home, Old, world.Initial)];

        var failure = (await CheckAsync(Old)).Failure;

        Assert.Equal(FailureCode.StillInUse, failure?.Code);
        Assert.Contains("1 of 2 instances of Service worker", failure?.Message, StringComparison.Ordinal);
        Assert.Contains("worker-2", failure?.Message, StringComparison.Ordinal);
        Assert.Null((await CheckAsync(Old, force: true)).Failure);
    }

    [Fact]
    public async Task What_does_not_run_keeps_nothing_from_being_revoked()
    {
        Promote();
        Verify(New);
        RestartAll();
        var stopped = world.Services.Single(static service => service.Name == "worker").Instances[1];
        (stopped.Held, stopped.IsRunning) = ([], false);

        Assert.Null((await CheckAsync(Old)).Failure);
    }

    [Theory]
    [InlineData("find")]
    [InlineData("prove")]
    [InlineData("list")]
    public async Task Whom_nobody_can_ask_may_still_use_it(string call)
    {
        Promote();
        Verify(New);
        RestartAll();
        world.Faults.Persistent = (call, FaultKind.HalfAnswer);

        Assert.NotNull((await CheckAsync(Old)).Failure);
    }

    [Fact]
    public async Task What_is_revoked_may_be_revoked_again()
    {
        Promote();
        world.Store.Revoke(Scenario.Home, Old);
        Assert.True((await CheckAsync(Old)).Succeeded(out var version, out _));
        Assert.Equal(SecretStage.Revoked, version.Stage);
    }

    private Task<Outcome<SecretVersion>> CheckAsync(string id, bool force = false) => guard.CheckAsync(Scenario.Home, id, force, null, TestContext.Current.CancellationToken);

    private void Promote() => world.Store.Promote(Scenario.Home, New, null);

    private void Verify(string id) => world.Journal.Verifications.Add(
        new Verification("memory://double", new SecretVersion(Scenario.Home, id, SecretStage.Current, DateTimeOffset.UnixEpoch), DateTimeOffset.UnixEpoch, "it was seen"));

    private void RestartAll()
    {
        foreach (var service in world.Services)
        {
            foreach (var instance in service.Instances)
            {
                service.Start(instance, world.Store, world.Time.GetUtcNow());
            }
        }
    }
}
