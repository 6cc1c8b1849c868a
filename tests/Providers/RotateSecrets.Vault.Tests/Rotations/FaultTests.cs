using RotateSecrets.Consumers;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Rotations;

/// <summary>Every request of a rotation goes wrong once, in every way.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private const string Old = "the old value, long enough";

    private VaultDouble server = null!;

    public async ValueTask InitializeAsync() => server = await VaultDouble.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whichever_answer_gets_lost_the_rotation_completes_and_nothing_is_written_twice(bool tookEffect)
    {
        for (var victim = 1; ; victim++)
        {
            await using var house = await HouseAsync();
            await house.PutAsync(Old);
            var count = 0;
            server.Before = question => !tookEffect && IsOurs(question) && ++count == victim ? VaultAnswer.Error(500, "internal error") : null;
            server.LosesAnswer = question => tookEffect && IsOurs(question) && ++count == victim;

            var rotation = await house.RunAsync();

            server.Before = null;
            server.LosesAnswer = null;
            Assert.True(rotation.State == RotationState.Completed, $"request {victim}: {rotation.State}: {rotation.Message}");
            var versions = await house.VersionsAsync();
            Assert.Equal([SecretStage.Current, SecretStage.Revoked], versions.Select(static version => version.Stage));
            if (count < victim)
            {
                Assert.True(victim > 5);
                return;
            }
        }
    }

    [Fact]
    public async Task Stopped_at_once_at_whichever_request_it_goes_on_to_its_end_or_back()
    {
        for (var victim = 1; ; victim++)
        {
            await using var house = await HouseAsync();
            await house.PutAsync(Old);
            var count = 0;
            using var now = new CancellationTokenSource();
            server.Before = question =>
            {
                if (IsOurs(question) && ++count == victim)
                {
                    now.Cancel();
                }

                return null;
            };

            var stopped = await house.RunAsync(stop: new StopRequest(CancellationToken.None, now.Token));
            server.Before = null;
            if (count < victim)
            {
                Assert.True(victim > 5);
                return;
            }

            if (!stopped.HasEnded)
            {
                var wanted = victim % 2 == 0 || stopped.Steps.Exists(static step => step.Kind == StepKind.Revoke) ? RotationState.Completed : RotationState.Undone;
                var ended = wanted == RotationState.Completed ? await house.ResumeAsync(stopped.Id) : await house.UndoAsync(stopped.Id);
                Assert.True(ended.State == wanted, $"request {victim}: {ended.State}: {ended.Message}");
                if (wanted == RotationState.Undone)
                {
                    Assert.Equal(Old, await house.ReadAsync(VersionSelector.Current));
                }
            }

            Assert.Single(await house.VersionsAsync(), static version => version.Stage is SecretStage.Current or SecretStage.Pending or SecretStage.Previous);
        }
    }

    private static bool IsOurs(VaultQuestion question) =>
        question.Path.StartsWith("secret/", StringComparison.Ordinal) || question.Path.StartsWith("sys/capabilities", StringComparison.Ordinal);

    private async Task<RotationHouse> HouseAsync() =>
        await RotationHouse.BuildAsync(await Doors.ConnectAsync(server), SecretAddress.Parse($"vault:secret/fault/{Guid.NewGuid():N}#value"), 0);
}
