using Microsoft.Extensions.Time.Testing;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Tests.Restarting;

/// <summary>What is known of the server's clock by the dates of its answers.</summary>
public sealed class ServerClockTests
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, 400, TimeSpan.Zero));
    private readonly ServerClock clock;

    public ServerClockTests() => clock = new ServerClock(time);

    private DateTimeOffset Ours => time.GetUtcNow();

    [Fact]
    public void Before_the_first_answer_it_is_taken_to_show_the_time_of_ours()
    {
        Assert.Equal(Ours, clock.Now);
        Assert.Equal(Ours, clock.At(Ours));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-7200)]
    [InlineData(95)]
    public void However_far_it_is_from_ours_its_true_time_is_never_missed_and_answers_narrow_it_down(double ahead)
    {
        for (var answers = 0; answers < 40; answers++)
        {
            var sent = Ours;
            time.Advance(TimeSpan.FromMilliseconds(3));
            var truth = Ours.AddSeconds(ahead);
            time.Advance(TimeSpan.FromMilliseconds(4));
            clock.Note(DateTimeOffset.FromUnixTimeSeconds(truth.ToUnixTimeSeconds()), sent);
            Assert.InRange(Ours.AddSeconds(ahead), clock.Now, clock.At(Ours));
            time.Advance(TimeSpan.FromMilliseconds(23));
        }

        Assert.InRange(clock.At(Ours) - clock.Now, TimeSpan.Zero, TimeSpan.FromMilliseconds(60));
    }

    [Fact]
    public void A_clock_that_was_set_meanwhile_is_believed()
    {
        clock.Note(Ours.AddSeconds(-0.4), Ours);
        clock.Note(Ours.AddSeconds(-0.4 - 300), Ours);
        Assert.InRange(clock.Now, Ours.AddSeconds(-301), Ours.AddSeconds(-299));
    }

    [Fact]
    public async Task What_is_waited_for_is_a_later_second_of_the_servers_clock()
    {
        clock.Note(Ours.AddSeconds(-5.4), Ours);
        var moment = clock.At(Ours);

        var passing = clock.PassAsync(moment, TestContext.Current.CancellationToken);
        for (var waited = 0; !passing.IsCompleted && waited < 200; waited++)
        {
            time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        await passing;
        Assert.True(clock.Now.ToUnixTimeSeconds() > moment.ToUnixTimeSeconds());
    }
}
