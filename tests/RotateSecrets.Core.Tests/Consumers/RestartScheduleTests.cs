using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Core.Tests.Consumers;

public sealed class RestartScheduleTests
{
    private int atOnce;
    private int most;

    [Fact]
    public async Task A_consumer_that_is_named_twice_is_worked_on_once()
    {
        var updates = await RunAsync([Consumer("a"), Consumer("b"), Consumer("a")], 4, Works);
        Assert.Equal(["a", "b"], updates.Where(static update => update.Result is not null).Select(static update => update.Consumer.Name).Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task No_more_are_worked_on_at_a_time_than_was_said(int limit)
    {
        await RunAsync([.. Enumerable.Range(0, 20).Select(static i => Consumer($"{i}"))], limit, Works);
        Assert.InRange(most, 1, limit);
    }

    [Fact]
    public async Task The_failure_of_one_does_not_keep_the_others_from_being_finished()
    {
        var updates = await RunAsync([.. Enumerable.Range(0, 6).Select(static i => Consumer($"{i}"))], 2, (consumer, stop) => consumer.Name == "2" ? Fails() : Works(consumer, stop));

        var results = updates.Select(static update => update.Result).OfType<ConsumerRestart>().ToDictionary(static result => result.Consumer.Name);
        Assert.Equal(6, results.Count);
        Assert.Equal(FailureCode.InstanceUnhealthy, results["2"].Failure?.Code);
        Assert.Equal("2-1", Assert.Single(results["2"].Instances).Instance);
        Assert.All(results.Values.Where(static result => result.Consumer.Name != "2"), static result => Assert.True(result.Succeeded));
    }

    [Fact]
    public async Task Whoever_stops_it_lets_those_under_way_be_finished_and_none_be_begun()
    {
        using var stop = new CancellationTokenSource();
        var updates = await RunAsync(
            [Consumer("a"), Consumer("b"), Consumer("c")],
            1,
            (consumer, own) =>
            {
                stop.Cancel();
                return Works(consumer, own);
            },
            new StopRequest(stop.Token, default));

        Assert.Equal(["a"], updates.Where(static update => update.Result is { Succeeded: true }).Select(static update => update.Consumer.Name));
    }

    [Fact]
    public async Task A_defect_in_the_work_on_one_does_not_keep_the_others_from_being_finished()
    {
        var updates = await RunAsync(
            [Consumer("a"), Consumer("b"), Consumer("c")],
            1,
            (consumer, stop) => consumer.Name == "a" ? throw new InvalidTimeZoneException("canary") : Works(consumer, stop));

        var results = updates.Select(static update => update.Result).OfType<ConsumerRestart>().ToList();
        Assert.Equal(["b", "c"], results.Where(static result => result.Succeeded).Select(static result => result.Consumer.Name));
        var failure = Assert.Single(results, static result => !result.Succeeded).Failure!;
        Assert.Equal((FailureCode.Unexpected, Effect.Unknown), (failure.Code, failure.Effect));
        Assert.DoesNotContain("canary", failure.Message, StringComparison.Ordinal);
    }

    private static Consumer Consumer(string name) =>
        new("Service", name, "double", SecretAddress.Parse("double:x"), [new ConsumerReference("Variable", "X", Uptake.Restart)]);

    private static async Task<IReadOnlyList<RestartUpdate>> RunAsync(
        IReadOnlyList<Consumer> consumers, int limit, ConsumerWork work, StopRequest stop = default)
    {
        var updates = new List<RestartUpdate>();
        await foreach (var update in RestartSchedule.RunAsync(consumers, work, "run", limit, TimeProvider.System, stop))
        {
            updates.Add(update);
        }

        return updates;
    }

    private static async IAsyncEnumerable<Outcome<InstanceEvent>> Fails()
    {
        await Task.Yield();
        yield return new InstanceEvent("2-1", 1, 2, InstancePhase.Healthy, DateTimeOffset.UnixEpoch);
        yield return new Failure(FailureCode.InstanceUnhealthy, "2-2", "It ended.");
    }

    private async IAsyncEnumerable<Outcome<InstanceEvent>> Works(Consumer consumer, StopRequest stop)
    {
        var now = Interlocked.Increment(ref atOnce);
        InterlockedMax(ref most, now);
        yield return new InstanceEvent($"{consumer.Name}-1", 1, 1, InstancePhase.Stopping, DateTimeOffset.UnixEpoch);
        await Task.Yield();
        yield return new InstanceEvent($"{consumer.Name}-1", 1, 1, InstancePhase.Healthy, DateTimeOffset.UnixEpoch);
        Interlocked.Decrement(ref atOnce);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); seen < value; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
