using System.Diagnostics;
using RotateSecrets.Aws.Calls;

namespace RotateSecrets.Aws.Tests.Store;

public sealed class RequestPacerTests
{
    private const int PerSecond = 50;

    [Fact]
    public async Task No_second_has_more_requests_than_the_quota_wherever_in_a_request_the_service_counts_it()
    {
        using var pacer = new RequestPacer(PerSecond, TimeProvider.System);
        var counted = new System.Collections.Concurrent.ConcurrentBag<double>();
        var random = new Random(7);
        var delays = Enumerable.Range(0, 140).Select(_ => (Before: random.Next(40), After: random.Next(40))).ToArray();

        await Task.WhenAll(delays.Select(delay => pacer.RunAsync(
            async () =>
            {
                await Task.Delay(delay.Before, AwsFixture.Cancellation);
                counted.Add(Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency);
                await Task.Delay(delay.After, AwsFixture.Cancellation);
                return true;
            },
            AwsFixture.Cancellation)));

        var moments = counted.Order().ToArray();
        Assert.Equal(delays.Length, moments.Length);
        Assert.All(Enumerable.Range(PerSecond, moments.Length - PerSecond), i => Assert.True(moments[i] - moments[i - PerSecond] > 1, $"{moments[i] - moments[i - PerSecond]} s for {PerSecond + 1}"));
    }

    [Fact]
    public async Task Who_gives_up_while_waiting_leaves_the_place_to_others()
    {
        using var pacer = new RequestPacer(1, TimeProvider.System);
        await pacer.RunAsync(static () => Task.FromResult(true), AwsFixture.Cancellation);
        using var impatient = new CancellationTokenSource();
        var waiting = pacer.RunAsync(static () => Task.FromResult(true), impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Assert.True(await pacer.RunAsync(static () => Task.FromResult(true), AwsFixture.Cancellation));
    }

    [Fact]
    public async Task A_request_that_fails_leaves_its_place_too()
    {
        using var pacer = new RequestPacer(1, TimeProvider.System);
        await Assert.ThrowsAsync<InvalidOperationException>(() => pacer.RunAsync<bool>(static () => throw new InvalidOperationException(), AwsFixture.Cancellation));
        Assert.True(await pacer.RunAsync(static () => Task.FromResult(true), AwsFixture.Cancellation));
    }
}
