using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Pods;
using RotateSecrets.Kubernetes.Restarting;
using RotateSecrets.Kubernetes.Watching;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Tests.Restarting;

/// <summary>What is made of states that a cluster goes through too quickly to be caught in them.</summary>
public sealed class RolloutJudgeTests
{
    private static readonly RestartMark Mark = new("u", "run-1", 2, DateTimeOffset.Parse("2026-01-01T00:00:10Z", System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void A_roll_out_is_not_complete_while_an_old_pod_is_left_whatever_the_counters_say()
    {
        var workload = Deployment(2, observed: 2, updated: 2, available: 2);
        Assert.False(Judge(workload, Pod("a", "run-1"), Pod("b", "run-1"), Pod("c", null)).IsDone);
        Assert.True(Judge(workload, Pod("a", "run-1"), Pod("b", "run-1")).IsDone);
    }

    [Fact]
    public void A_roll_out_is_not_complete_before_its_controller_has_taken_note_of_it() =>
        Assert.False(Judge(Deployment(2, observed: 1, updated: 2, available: 2), Pod("a", "run-1"), Pod("b", "run-1")).IsDone);

    [Fact]
    public void Pods_have_to_be_ready_for_as_long_as_the_workload_wants()
    {
        Assert.False(Judge(Deployment(1, observed: 2, updated: 1, available: 0, minReady: 10), Pod("a", "run-1")).IsDone);
        Assert.True(Judge(Deployment(1, observed: 2, updated: 1, available: 1, minReady: 10), Pod("a", "run-1")).IsDone);
    }

    [Fact]
    public void What_a_partition_holds_back_is_taken_one_by_one_and_counts_once_it_is_younger_than_the_restart()
    {
        var set = Workload("StatefulSet", """{"spec":{"replicas":2,"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":1}},"template":{"metadata":{"annotations":{"rotatesecrets.io/run":"run-1"}}}},"status":{"observedGeneration":2}}""");
        Assert.Equal("db-0", Judge(set, Pod("db-0", null), Pod("db-1", "run-1")).Next?.Name);
        Assert.Null(Judge(set, Pod("db-0", null), Pod("db-1", "run-1", ready: false)).Next);
        Assert.True(Judge(set, Pod("db-0", null, "2026-01-01T00:00:11Z"), Pod("db-1", "run-1")).IsDone);
        Assert.False(Judge(set, Pod("db-0", null, "2026-01-01T00:00:10Z"), Pod("db-1", "run-1")).IsDone);
    }

    [Fact]
    public void A_pod_of_a_StatefulSet_that_can_never_become_ready_is_taken_away_without_asking_a_budget()
    {
        var set = Workload("StatefulSet", """{"spec":{"replicas":2,"template":{"metadata":{"annotations":{"rotatesecrets.io/run":"run-1"}}}},"status":{"observedGeneration":2}}""");
        var verdict = Judge(set, Pod("db-0", null), Pod("db-1", "run-0", ready: false, waiting: "CrashLoopBackOff"));
        Assert.Equal("db-1", verdict.Next?.Name);
        Assert.False(verdict.Evicts);
    }

    [Theory]
    [InlineData("CrashLoopBackOff")]
    [InlineData("CreateContainerConfigError")]
    [InlineData("ErrImagePull")]
    [InlineData("ImagePullBackOff")]
    public void A_new_pod_that_can_not_start_ends_it_and_an_old_one_does_not(string reason)
    {
        Assert.Equal(FailureCode.InstanceUnhealthy, Judge(Deployment(1, 2, 1, 0), Pod("a", "run-1", ready: false, waiting: reason)).Fault?.Code);
        Assert.Null(Judge(Deployment(1, 2, 1, 0), Pod("a", "run-0", ready: false, waiting: reason)).Fault);
    }

    [Fact]
    public void A_quota_ends_it_with_its_own_code()
    {
        var refused = Workload("Deployment", """{"spec":{"template":{"metadata":{"annotations":{"rotatesecrets.io/run":"run-1"}}}},"status":{"observedGeneration":2,"conditions":[{"type":"ReplicaFailure","status":"True","message":"pods \"a\" is forbidden: exceeded quota: small"}]}}""");
        Assert.Equal(FailureCode.LimitReached, Judge(refused).Fault?.Code);
        var warned = new Warning("1", "StatefulSet/x", "FailedCreate", "create Pod db-0 failed error: exceeded quota", Mark.Since.AddSeconds(1));
        Assert.Equal(FailureCode.LimitReached, RolloutJudge.Of(new RolloutState(Deployment(1, 2, 0, 0), [], [warned]), Mark).Fault?.Code);
        Assert.Null(RolloutJudge.Of(new RolloutState(Deployment(1, 2, 0, 0), [], [warned with { LastSeen = Mark.Since.AddSeconds(-1) }]), Mark).Fault);
    }

    [Fact]
    public void A_quota_that_refuses_a_pod_that_is_there_already_is_no_fault()
    {
        var set = Workload("StatefulSet", """{"spec":{"replicas":2,"template":{"metadata":{"annotations":{"rotatesecrets.io/run":"run-1"}}}},"status":{"observedGeneration":2}}""");
        var warned = new Warning("1", "StatefulSet/x", "FailedCreate", "create Pod db-1 in StatefulSet x failed error: exceeded quota", Mark.Since.AddSeconds(5));
        Assert.Null(RolloutJudge.Of(new RolloutState(set, [Pod("db-1", "run-1")], [warned]), Mark).Fault);
        Assert.Equal(FailureCode.LimitReached, RolloutJudge.Of(new RolloutState(set, [Pod("db-11", "run-1")], [warned]), Mark).Fault?.Code);
    }

    [Fact]
    public void A_quota_counts_once_it_has_refused_for_a_while_and_no_pod_is_ending_that_would_give_room()
    {
        var time = new FakeTimeProvider();
        var lasting = new LastingFault(time);
        var fault = new RolloutFault(FailureCode.LimitReached, "exceeded quota") { MayPass = true };
        for (var waited = 0; waited < 60; waited++)
        {
            Assert.NotNull(lasting.WaitFor(fault, isEnding: true));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.NotNull(lasting.WaitFor(fault, isEnding: false));
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.NotNull(lasting.WaitFor(fault, isEnding: false));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(lasting.WaitFor(fault, isEnding: false));
    }

    [Fact]
    public void A_workload_that_was_deleted_made_anew_paused_or_changed_by_others_ends_it()
    {
        Assert.Equal(FailureCode.ConsumerNotFound, RolloutJudge.Of(new RolloutState(null, [], []), Mark).Fault?.Code);
        Assert.Equal(FailureCode.ConsumerNotFound, RolloutJudge.Of(new RolloutState(Deployment(1, 2, 1, 1), [], []), Mark with { Uid = "another" }).Fault?.Code);
        Assert.Equal(FailureCode.ConsumerBusy, Judge(Workload("Deployment", """{"spec":{"paused":true}}""")).Fault?.Code);
        Assert.Equal(FailureCode.ManagedElsewhere, Judge(Workload("Deployment", """{"spec":{"template":{}}}""")).Fault?.Code);
        Assert.Equal(FailureCode.ConsumerBusy, Judge(Workload("Deployment", """{"spec":{"template":{"metadata":{"annotations":{"rotatesecrets.io/run":"other"}}}}}""")).Fault?.Code);
    }

    [Fact]
    public void A_watch_that_is_behind_the_restart_is_waited_for()
    {
        using var json = JsonDocument.Parse("""{"metadata":{"uid":"u","generation":1},"spec":{"template":{}}}""");
        var verdict = RolloutJudge.Of(new RolloutState(RotateSecrets.Kubernetes.Discovery.Workload.Of("Deployment", json.RootElement), [Pod("a", null)], []), Mark);
        Assert.Null(verdict.Fault);
        Assert.False(verdict.IsDone);
    }

    private static RolloutVerdict Judge(Workload workload, params PodView[] pods) => RolloutJudge.Of(new RolloutState(workload, pods, []), Mark);

    private static Workload Deployment(int replicas, int observed, int updated, int available, int minReady = 0) => Workload("Deployment", FormattableString.Invariant(
        $$$$$$"""{"spec":{"replicas":{{{{{{replicas}}}}}},"minReadySeconds":{{{{{{minReady}}}}}},"template":{"metadata":{"annotations":{"rotatesecrets.io/run":"run-1"}}}},"status":{"observedGeneration":{{{{{{observed}}}}}},"updatedReplicas":{{{{{{updated}}}}}},"availableReplicas":{{{{{{available}}}}}}}}"""));

    private static Workload Workload(string kind, string text)
    {
        using var json = JsonDocument.Parse(text.Insert(1, """ "metadata":{"uid":"u","name":"x","generation":2}, """));
        return RotateSecrets.Kubernetes.Discovery.Workload.Of(kind, json.RootElement);
    }

    private static PodView Pod(string name, string? run, string createdAt = "2026-01-01T00:00:00Z", bool ready = true, string? waiting = null)
    {
        var annotations = run is null ? string.Empty : $$""","annotations":{"rotatesecrets.io/run":"{{run}}"}""";
        var container = waiting is null ? string.Empty : $$$$""","containerStatuses":[{"name":"app","state":{"waiting":{"reason":"{{{{waiting}}}}"}}}]""";
        using var json = JsonDocument.Parse(
            $$$$$$"""{"metadata":{"name":"{{{{{{name}}}}}}","uid":"{{{{{{name}}}}}}","creationTimestamp":"{{{{{{createdAt}}}}}}"{{{{{{annotations}}}}}}},"spec":{},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"{{{{{{(ready ? "True" : "False")}}}}}}"}]{{{{{{container}}}}}}}}""");
        return PodView.Of(json.RootElement);
    }
}
