using Microsoft.Extensions.Time.Testing;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Rotations;

/// <summary>Tokens that run out while a rotation is under way: it stops where it is, says why, and goes on with another token.</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private const string Old = "the old value, long enough";

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private VaultDouble server = null!;

    public static TheoryData<string> Writes => ["POST secret/data/", "POST secret/metadata/", "POST secret/destroy/"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await VaultDouble.StartAsync(time: time);
        server.WritePolicy("operator", """path "secret/*" { capabilities = ["create", "read", "update", "delete", "list"] }""");
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task One_that_can_not_be_renewed_ends_and_the_rotation_goes_on_with_another(string at)
    {
        await using var house = await HouseAsync(server.Token(Life, isRenewable: false, "operator"));

        var stuck = await RunUntilAsync(house, at, () => time.Advance(2 * Life));

        Check(stuck, "it can't be renewed");
        await CompleteAsync(house, stuck);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task One_that_is_as_old_as_it_can_get_ends_and_the_rotation_goes_on_with_another(string at)
    {
        var token = server.Token(Life, isRenewable: true, "operator");
        token.Limit = time.GetUtcNow() + (1.5 * Life);
        await using var house = await HouseAsync(token);
        time.Advance(0.7 * Life);
        for (var wait = 0; !RotationHouse.Value(await house.Store.CheckAccessAsync(null, StoreAccess.Read, Cancellation)).Findings[0].Contains($"{token.Limit:u}", StringComparison.Ordinal); wait++)
        {
            Assert.True(wait < 1000, "It isn't renewed.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), Cancellation);
        }

        var stuck = await RunUntilAsync(house, at, () => time.Advance(2 * Life));

        Check(stuck, "the longest life");
        await CompleteAsync(house, stuck);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task One_that_is_revoked_is_said_to_be_invalid_and_the_rotation_goes_on_with_another(string at)
    {
        var token = server.Token(Life, isRenewable: true, "operator");
        await using var house = await HouseAsync(token);

        var stuck = await RunUntilAsync(house, at, () => server.RevokeToken(token.Id));

        Check(stuck, "no longer valid");
        await CompleteAsync(house, stuck);
    }

    private static void Check(SecretRotation stuck, string words)
    {
        // It isn't led back either, for that takes a token too; a revocation that can't be made is owed.
        Assert.True(stuck.State == RotationState.Failed || stuck is { State: RotationState.CompletedWithDebt, Debts.Count: 1 }, $"{stuck.State}: {stuck.Message}");
        Assert.False(stuck.IsUndoing);
        Assert.Contains(words, stuck.Message + string.Join(' ', stuck.Steps.Select(static step => step.Message)), StringComparison.Ordinal);
    }

    private async Task<RotationHouse> HouseAsync(VaultToken token)
    {
        await using var first = await Doors.ConnectAsync(server, time: time);
        var house = await RotationHouse.BuildAsync(first, SecretAddress.Parse($"vault:secret/token/{Guid.NewGuid():N}#value"), 0);
        await house.PutAsync(Old);
        house.Store = await Doors.ConnectAsync(server, token.Id, time);
        return house;
    }

    private async Task<SecretRotation> RunUntilAsync(RotationHouse house, string at, Action happen)
    {
        var left = 1;
        server.Before = question =>
        {
            if ($"{question.Method} {question.Path}".StartsWith(at, StringComparison.Ordinal) && Interlocked.Decrement(ref left) == 0)
            {
                happen();
                return VaultAnswer.Denied;
            }

            return null;
        };
        var stuck = await house.RunAsync();
        server.Before = null;
        return stuck;
    }

    private async Task CompleteAsync(RotationHouse house, SecretRotation stuck)
    {
        await house.Store.DisposeAsync();
        house.Store = await Doors.ConnectAsync(server, server.Token(Life, isRenewable: true, "operator").Id, time);
        var ended = stuck.Debts.Count == 1 ? await house.PayAsync(stuck.Id) : await house.ResumeAsync(stuck.Id);
        Assert.True(ended.State == RotationState.Completed, $"{ended.State}: {ended.Message}");
        var versions = await house.VersionsAsync();
        Assert.Equal([SecretStage.Current, SecretStage.Revoked], versions.Select(static version => version.Stage));
        Assert.Equal(ended.Id, versions[0].Token);
    }
}
