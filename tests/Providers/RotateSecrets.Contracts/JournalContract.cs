using RotateSecrets.Outcomes;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;

namespace RotateSecrets.Contracts;

/// <summary>What every journal does alike. Two handles on one journal stand for two processes.</summary>
public abstract class JournalContract : IAsyncLifetime
{
    private const string Key = "memory://store|app/key|";

    private static readonly TimeSpan Term = TimeSpan.FromSeconds(30);
    private static readonly SecretVersion Version = new(SecretAddress.Parse("local:app/key"), "7", SecretStage.Current, DateTimeOffset.UnixEpoch);

    protected IRotationJournal First { get; private set; } = null!;

    protected IRotationJournal Second { get; private set; } = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        First = await OpenAsync();
        Second = await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await First.DisposeAsync();
        await Second.DisposeAsync();
        await CleanAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_was_appended_is_read_by_everybody_in_its_order_and_whole()
    {
        var lease = await TakeAsync(First, "one");
        var step = Event("one", RotationEventKind.StepDone) with
        {
            Step = 3, StepKind = StepKind.Stage, Message = "Überführt: it's \"done\"", Code = FailureCode.Throttled, Facts = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "1", ["b"] = "" },
        };
        await AppendAsync(First, Event("one", RotationEventKind.Begun), lease);
        await AppendAsync(First, step, lease);

        var events = Value(await Second.ReadAsync("one", Cancellation));

        Assert.Equal([1L, 2L], events.Select(static happened => happened.Sequence));
        Assert.Equivalent(step with { Sequence = 2 }, events[1]);
    }

    [Fact]
    public async Task A_rotation_that_is_not_there_is_said_to_be_not_there()
    {
        Assert.Equal(FailureCode.RotationNotFound, (await First.ReadAsync("none", Cancellation)).Failure?.Code);
        Assert.Equal(FailureCode.VersionNotFound, (await First.UnsealAsync("none", "candidate", Cancellation)).Failure?.Code);
        Assert.Equal(FailureCode.NotVerified, (await First.FindVerificationAsync("store", Version, Cancellation)).Failure?.Code);
    }

    [Fact]
    public async Task One_has_the_lease_and_the_other_is_told_who_and_since_when()
    {
        var lease = await TakeAsync(First, "one");
        Advance(TimeSpan.FromSeconds(10));

        var refused = (await Second.TakeAsync(Key, "two", Term, Cancellation)).Failure!;

        Assert.Equal(FailureCode.LeaseHeld, refused.Code);
        Assert.Contains(lease.Holder, refused.Message, StringComparison.Ordinal);
        Assert.Contains("since 2026-01-05 09:00:00Z", refused.Message, StringComparison.Ordinal);
        Assert.Contains("rotation one", refused.Message, StringComparison.Ordinal);
        Value(await Second.TakeAsync("memory://store|other|", "two", Term, Cancellation));
    }

    [Fact]
    public async Task Of_many_that_want_the_lease_at_once_one_gets_it()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            i => Task.Run(() => (i % 2 == 0 ? First : Second).TakeAsync(Key, $"rotation {i}", Term, Cancellation), Cancellation)));

        Assert.Single(outcomes, static outcome => outcome.Failure is null);
    }

    [Fact]
    public async Task A_lease_that_was_given_back_is_had_by_the_next_with_a_higher_fence()
    {
        var one = await TakeAsync(First, "one");
        Value(await First.ReleaseAsync(one, Cancellation));

        Assert.True((await TakeAsync(Second, "two")).Fence > one.Fence);
    }

    [Fact]
    public async Task A_lease_that_is_renewed_does_not_run_out()
    {
        var lease = await TakeAsync(First, "one");
        for (var beat = 0; beat < 5; beat++)
        {
            Advance(TimeSpan.FromSeconds(20));
            Value(await First.RenewAsync(lease, Term, Cancellation));
        }

        Assert.Equal(FailureCode.LeaseHeld, (await Second.TakeAsync(Key, "two", Term, Cancellation)).Failure?.Code);
    }

    [Fact]
    public async Task Whoever_slept_past_its_term_and_was_overtaken_can_do_nothing_any_more()
    {
        using var value = SecretValue.FromText("whatever");
        var old = await TakeAsync(First, "one");
        await AppendAsync(First, Event("one", RotationEventKind.Begun), old);
        Value(await First.SealAsync(old, "candidate", value, Cancellation));
        Advance(Term + TimeSpan.FromSeconds(1));
        var fresh = await TakeAsync(Second, "one");

        Assert.True(fresh.Fence > old.Fence);
        var late = (await First.AppendAsync(Event("one", RotationEventKind.StepDone), RotationState.Running, old, Cancellation)).Failure!;
        Assert.Equal(FailureCode.LeaseLost, late.Code);
        Assert.Contains(fresh.Holder, late.Message, StringComparison.Ordinal);
        Assert.Equal(FailureCode.LeaseLost, (await First.RenewAsync(old, Term, Cancellation)).Failure?.Code);
        Assert.Equal(FailureCode.LeaseLost, (await First.SealAsync(old, "previous", value, Cancellation)).Failure?.Code);
        Assert.Equal(FailureCode.LeaseLost, (await First.ForgetAsync(old, Cancellation)).Failure?.Code);
        await First.ReleaseAsync(old, Cancellation);
        Assert.Equal(FailureCode.LeaseHeld, (await First.TakeAsync(Key, "three", Term, Cancellation)).Failure?.Code);
        Assert.Single(Value(await Second.ReadAsync("one", Cancellation)));
        Value(await Second.UnsealAsync("one", "candidate", Cancellation)).Dispose();
    }

    [Fact]
    public async Task The_first_value_that_is_sealed_under_a_name_stays()
    {
        using var first = SecretValue.FromText("the first");
        using var second = SecretValue.FromText("the second");
        var lease = await TakeAsync(First, "one");

        Assert.Equal(first.Fingerprint, Value(await First.SealAsync(lease, "candidate", first, Cancellation)));
        Assert.Equal(first.Fingerprint, Value(await First.SealAsync(lease, "candidate", second, Cancellation)));

        using var opened = Value(await Second.UnsealAsync("one", "candidate", Cancellation));
        Assert.Equal(first, opened);
        Assert.Equal(FailureCode.VersionNotFound, (await Second.UnsealAsync("two", "candidate", Cancellation)).Failure?.Code);
    }

    [Fact]
    public async Task What_was_sealed_for_a_rotation_is_forgotten_with_it_and_nothing_else_is()
    {
        using var value = SecretValue.FromText("whatever");
        var one = await TakeAsync(First, "one");
        var two = Value(await First.TakeAsync("memory://store|other|", "two", Term, Cancellation));
        Value(await First.SealAsync(one, "candidate", value, Cancellation));
        Value(await First.SealAsync(two, "candidate", value, Cancellation));

        Value(await First.ForgetAsync(one, Cancellation));

        Assert.Equal(FailureCode.VersionNotFound, (await Second.UnsealAsync("one", "candidate", Cancellation)).Failure?.Code);
        Value(await Second.UnsealAsync("two", "candidate", Cancellation)).Dispose();
    }

    [Fact]
    public async Task A_verification_is_remembered_for_its_version_alone()
    {
        Value(await First.RecordAsync(new Verification("store", Version, Now, "it was seen"), Cancellation));

        Assert.Equal("it was seen", Value(await Second.FindVerificationAsync("store", Version, Cancellation)).Evidence);
        Assert.Equal(FailureCode.NotVerified, (await Second.FindVerificationAsync("store", Version with { Id = "8" }, Cancellation)).Failure?.Code);
        Assert.Equal(FailureCode.NotVerified, (await Second.FindVerificationAsync("elsewhere", Version, Cancellation)).Failure?.Code);
        Assert.Equal(
            FailureCode.NotVerified, (await Second.FindVerificationAsync("store", Version with { Address = SecretAddress.Parse("local:app/key#field") }, Cancellation)).Failure?.Code);
    }

    [Fact]
    public async Task Rotations_are_found_by_secret_state_and_age_the_youngest_first()
    {
        await BeginAsync("one", Key, RotationState.Completed);
        Advance(TimeSpan.FromHours(1));
        await BeginAsync("two", Key, RotationState.Failed);
        await BeginAsync("three", "memory://store|other|", RotationState.Completed);

        Assert.Equal(["three", "two", "one"], await ListAsync(new RotationQuery()));
        Assert.Equal(["two", "one"], await ListAsync(new RotationQuery { Key = Key }));
        Assert.Equal(["three", "one"], await ListAsync(new RotationQuery { States = [RotationState.Completed, RotationState.Undone] }));
        Assert.Equal(["one"], await ListAsync(new RotationQuery { Key = Key, States = [RotationState.Completed] }));
        Assert.Equal(["three", "two"], await ListAsync(new RotationQuery { Since = Now - TimeSpan.FromMinutes(1) }));
        Assert.Equal(["three"], await ListAsync(new RotationQuery { Limit = 1 }));
        Assert.Equal(["two"], await ListAsync(new RotationQuery { Key = Key, Since = Now - TimeSpan.FromMinutes(1), Limit = 5 }));
        Assert.Empty(await ListAsync(new RotationQuery { States = [] }));
    }

    /// <summary>Opens one more handle on the same journal. Its clock stands at 2026-01-05 09:00:00 UTC at first.</summary>
    protected abstract Task<IRotationJournal> OpenAsync();

    protected abstract void Advance(TimeSpan time);

    protected abstract DateTimeOffset Now { get; }

    protected virtual ValueTask CleanAsync() => ValueTask.CompletedTask;

    protected RotationEvent Event(string rotation, RotationEventKind kind) => new(rotation, Now, kind);

    protected static Task<RotationLease> TakeAsync(IRotationJournal journal, string rotation) => TakeAsync(journal, rotation, Key);

    protected static async Task<RotationEvent> AppendAsync(
        IRotationJournal journal, RotationEvent happened, RotationLease lease, RotationState state = RotationState.Running) =>
        Value(await journal.AppendAsync(happened, state, lease, Cancellation));

    protected static T Value<T>(Outcome<T> outcome)
        where T : notnull
    {
        Assert.True(outcome.Succeeded(out var value, out var failure), failure?.ToString());
        return value!;
    }

    private static async Task<RotationLease> TakeAsync(IRotationJournal journal, string rotation, string key) =>
        Value(await journal.TakeAsync(key, rotation, Term, Cancellation));

    private async Task BeginAsync(string rotation, string key, RotationState state)
    {
        var lease = await TakeAsync(First, rotation, key);
        await AppendAsync(First, Event(rotation, RotationEventKind.Begun), lease);
        await AppendAsync(First, Event(rotation, RotationEventKind.Held), lease, state);
        Value(await First.ReleaseAsync(lease, Cancellation));
    }

    private async Task<IReadOnlyList<string>> ListAsync(RotationQuery query)
    {
        var ids = new List<string>();
        await foreach (var listed in Second.ListAsync(query, Cancellation))
        {
            ids.Add(Value(listed));
        }

        return ids;
    }
}
