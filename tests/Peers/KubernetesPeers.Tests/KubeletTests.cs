using k8s;
using k8s.Models;

namespace RotateSecrets.Peers.Kubernetes.Tests;

/// <summary>The simulated kubelet does with secrets what real ones do; the other tests rest on that.</summary>
public sealed class KubeletTests
{
    [Fact]
    public async Task A_variable_keeps_the_value_with_which_its_container_was_started()
    {
        await using var scope = await SimulatedNamespace.MakeAsync();
        await scope.WriteAsync("s", ("token", "old"));
        await scope.StartAsync("p", withFiles: false);
        await scope.UntilAsync("p", IsReady);
        await scope.WriteAsync("s", ("token", "new"));
        await scope.StartAsync("later", withFiles: false);
        Assert.Equal(scope.Fingerprint("new"), SimulatedNamespace.Held(await scope.UntilAsync("later", IsReady))["app/env/TOKEN"]);
        Assert.Equal(scope.Fingerprint("old"), SimulatedNamespace.Held(await scope.UntilAsync("p", IsReady))["app/env/TOKEN"]);
    }

    [Fact]
    public async Task Files_follow_their_Secret_and_a_subPath_never_does()
    {
        await using var scope = await SimulatedNamespace.MakeAsync();
        await scope.WriteAsync("s", ("token", "old"));
        await scope.StartAsync("p", withFiles: true, ("volume-delay", "100ms"));
        await scope.UntilAsync("p", IsReady);
        await scope.WriteAsync("s", ("token", "new"));
        var followed = await scope.UntilAsync("p", pod => SimulatedNamespace.Held(pod)["app/file/etc/s/token"] == scope.Fingerprint("new"));
        Assert.Equal(scope.Fingerprint("old"), SimulatedNamespace.Held(followed)["app/file/etc/one"]);
    }

    [Fact]
    public async Task A_missing_Secret_stops_a_container_or_a_pod_until_it_is_there()
    {
        await using var scope = await SimulatedNamespace.MakeAsync();
        await scope.StartAsync("variable", withFiles: false);
        await scope.StartAsync("volume", withFiles: true);
        await scope.UntilAsync("variable", static pod => Waits(pod) == "CreateContainerConfigError");
        await scope.UntilAsync("volume", static pod => Waits(pod) == "ContainerCreating");
        await scope.WriteAsync("s", ("token", "late"));
        await scope.UntilAsync("variable", IsReady);
        await scope.UntilAsync("volume", IsReady);
    }

    [Fact]
    public async Task A_container_that_crashes_for_a_value_starts_again_with_the_one_that_is_there_then()
    {
        await using var scope = await SimulatedNamespace.MakeAsync();
        await scope.WriteAsync("s", ("token", "bad"));
        await scope.StartAsync("p", withFiles: false, ("mode", "crash-loop"), ("mode-unless", scope.Fingerprint("good")), ("back-off", "300ms"), ("log", "refused $(TOKEN)\nended"));
        var crashed = await scope.UntilAsync("p", static pod => Waits(pod) == "CrashLoopBackOff");
        Assert.True(crashed.Status.ContainerStatuses[0].RestartCount > 0);
        await using var log = await scope.Api.CoreV1.ReadNamespacedPodLogAsync("p", scope.Name, tailLines: 2, cancellationToken: TestContext.Current.CancellationToken);
        using var text = new StreamReader(log);
        Assert.Equal("refused bad\nended\n", await text.ReadToEndAsync(TestContext.Current.CancellationToken));
        await scope.WriteAsync("s", ("token", "good"));
        await scope.UntilAsync("p", IsReady);
    }

    [Theory]
    [InlineData("image-pull-error", "ImagePullBackOff")]
    [InlineData("crash-loop", "CrashLoopBackOff")]
    public async Task A_value_may_say_itself_what_is_wrong(string mode, string expected)
    {
        await using var scope = await SimulatedNamespace.MakeAsync();
        await scope.WriteAsync("s", ("token", $"mode={mode}"));
        await scope.StartAsync("p", withFiles: false);
        await scope.UntilAsync("p", pod => Waits(pod) == expected);
    }

    [Fact]
    public async Task A_pod_that_no_node_takes_says_so_and_one_that_is_never_ready_becomes_so_when_it_is_told()
    {
        await using var scope = await SimulatedNamespace.MakeAsync();
        await scope.WriteAsync("s", ("token", "value"));
        await scope.StartAsync("homeless", withFiles: false, ("mode", "unschedulable"));
        await scope.StartAsync("lazy", withFiles: false, ("mode", "never-ready"));
        await scope.UntilAsync("homeless", static pod => pod.Status.Conditions?.Any(static condition => condition is { Type: "PodScheduled", Status: "False", Reason: "Unschedulable" }) == true);
        await scope.UntilAsync("lazy", static pod => pod.Status.Phase == "Running" && !IsReady(pod));
        foreach (var name in new[] { "homeless", "lazy" })
        {
            var cured = new V1Patch("""{"metadata":{"annotations":{"kubelet.test/mode":null}}}""", V1Patch.PatchType.MergePatch);
            await scope.Api.CoreV1.PatchNamespacedPodAsync(cured, name, scope.Name, cancellationToken: TestContext.Current.CancellationToken);
            await scope.UntilAsync(name, IsReady);
        }
    }

    private static bool IsReady(V1Pod pod) => pod.Status.Conditions?.Any(static condition => condition is { Type: "Ready", Status: "True" }) == true;

    private static string? Waits(V1Pod pod) => pod.Status.ContainerStatuses?[0].State?.Waiting?.Reason;
}
