using System.Text.Json.Nodes;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Tests.Restarting;

/// <summary>Every kind, with every strategy, in every failure mode: what should come of a restart, what does, and whether taking the value back heals it.</summary>
public sealed class RestartTableTests(ITestOutputHelper output)
{
    private const string Good = "a good value, long enough";

    private static readonly (string Kind, string Strategy, JsonObject? Spec)[] Kinds =
    [
        ("Deployment", "RollingUpdate", null),
        ("Deployment", "maxUnavailable", new JsonObject { ["strategy"] = new JsonObject { ["rollingUpdate"] = new JsonObject { ["maxUnavailable"] = 1, ["maxSurge"] = 0 } } }),
        ("Deployment", "Recreate", new JsonObject { ["strategy"] = new JsonObject { ["type"] = "Recreate" } }),
        ("StatefulSet", "RollingUpdate", null),
        ("StatefulSet", "partition", new JsonObject { ["updateStrategy"] = new JsonObject { ["rollingUpdate"] = new JsonObject { ["partition"] = 1 } } }),
        ("StatefulSet", "OnDelete", new JsonObject { ["updateStrategy"] = new JsonObject { ["type"] = "OnDelete" } }),
        ("DaemonSet", "RollingUpdate", null),
        ("DaemonSet", "OnDelete", new JsonObject { ["updateStrategy"] = new JsonObject { ["type"] = "OnDelete" } }),
        ("ReplicaSet", "no owner", null),
    ];

    // What the value makes of a pod, and what is to be said of it; null where it only takes longer.
    private static readonly (string Mode, string? Says)[] Modes =
        [
            ("well", null), ("slow", null), ("crash-loop", "CrashLoopBackOff"), ("image-pull-error", "ErrImagePull"), ("image-pull-back-off", "ImagePullBackOff"), ("unschedulable", "FailedScheduling"),
            ("never-ready", "without progress"), ("missing key", "CreateContainerConfigError"), ("quota", "exceeded quota"),
        ];

    [Fact]
    public async Task Every_kind_strategy_and_failure_mode_comes_to_what_it_should()
    {
        await using var cluster = await TestCluster.ConnectAsync(1 + Kinds.Length, null, null, ("RestartLimit", "200"));
        var cases = (from kind in Kinds.Select(static (kind, index) => (kind, index)) from mode in Modes select (kind.kind, Name: FormattableString.Invariant($"w{kind.index}-{mode.Mode.Replace(' ', '-')}"), mode, Place: mode.Mode == "quota" ? kind.index + 1 : 0)).ToList();
        foreach (var one in cases)
        {
            await cluster.SecretAsync(cluster.Namespaces[one.Place], one.Name, null, ("value", System.Text.Encoding.UTF8.GetBytes(Good)));
            var template = Manifest.WithVariable(one.Name);
            var spec = (JsonObject?)one.kind.Spec?.DeepClone();
            if (one.kind.Kind == "StatefulSet")
            {
                (spec ??= [])["serviceName"] = one.Name;
            }

            await cluster.CreateAsync(cluster.Namespaces[one.Place], one.kind.Kind, one.Name, Manifest.Running(one.Name, one.kind.Kind == "DaemonSet" ? -1 : 2, template, spec));
        }

        var rows = await Task.WhenAll(cases.Select(one => TryAsync(cluster, one.Place, one.kind.Kind, one.kind.Strategy, one.Name, one.mode.Mode, one.mode.Says)));

        output.WriteLine($"{"kind",-12} {"strategy",-15} {"mode",-20} {"expected",-28} {"seen",-46} {"then",-8} right");
        foreach (var row in rows)
        {
            output.WriteLine(row.ToString());
        }

        Assert.All(rows, static row => Assert.True(row.IsRight, row.ToString()));
    }

    private static async Task<Row> TryAsync(TestCluster cluster, int place, string kind, string strategy, string name, string mode, string? says)
    {
        var nameSpace = cluster.Namespaces[place];
        await cluster.ReadyAsync(nameSpace, $"{kind}/{name}", 2);
        var address = cluster.Address(name, "value", place);
        var consumer = Assert.Single(await cluster.ConsumersAsync(address));
        await WriteAsync(cluster, address, mode is "well" or "unschedulable" or "quota" ? "another good value" : mode is "missing key" ? null : $"mode={mode}, another value");
        if (mode == "unschedulable")
        {
            await AnnotateAsync(cluster, kind, name, "unschedulable");
        }
        else if (mode == "quota")
        {
            await cluster.QuotaAsync(nameSpace, "full", 0);
        }

        var (_, failure) = await RestartTests.RestartAsync(cluster, consumer, $"{name}-1", TimeSpan.FromSeconds(mode == "never-ready" ? 8 : 60));
        var told = failure is null ? null : Told(failure.Message, says);
        var isRight = says is null ? failure is null : told is not null && failure!.Effect == Effect.None;
        var seen = failure is null ? "restarted" : $"{failure.Code}: {told ?? failure.Message}";

        await WriteAsync(cluster, address, Good);
        if (mode == "unschedulable")
        {
            await AnnotateAsync(cluster, kind, name, null);
        }
        else if (mode == "quota")
        {
            await cluster.SendAsync(HttpMethod.Delete, $"api/v1/namespaces/{nameSpace}/resourcequotas/full", null);
        }

        var (_, unhealed) = await RestartTests.RestartAsync(cluster, consumer, $"{name}-2");
        var pods = await cluster.PodsAsync(nameSpace);
        var isHealed = unhealed is null && pods.Count(pod => pod.Key == $"{kind}/{name}" && pod.IsReady) == 2;
        return new Row(kind, strategy, mode, says ?? "restarted", seen, isHealed ? "healed" : unhealed?.Message ?? "not healed", isRight && isHealed);
    }

    // A pull that failed is tried again after a second: whoever looks then finds the back-off, and the failed pull among the events.
    private static string? Told(string message, string? says) =>
        message.Contains(says ?? "?", StringComparison.Ordinal) ? says
        : says == "ErrImagePull" && message.Contains("Failed to pull image", StringComparison.Ordinal) ? "ErrImagePull, before ImagePullBackOff"
        : null;

    // As an operator might: without the module, so that a missing key can be made too.
    private static async Task WriteAsync(TestCluster cluster, SecretAddress address, string? text)
    {
        var path = $"api/v1/namespaces/{address.Path.Replace("/", "/secrets/", StringComparison.Ordinal)}?fieldManager=kubectl-patch";
        await cluster.MergeAsync(path, new JsonObject { ["data"] = new JsonObject { ["value"] = text is null ? null : Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text)) } });
        cluster.Cluster.Writes.Note(TimeProvider.System, null);
    }

    // The scheduler doesn't read values.
    private static Task AnnotateAsync(TestCluster cluster, string kind, string name, string? mode) => cluster.MergeAsync($"{Manifest.PathOf(kind, cluster.Namespace)}/{name}", new JsonObject
    {
        ["spec"] = new JsonObject { ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["kubelet.test/mode"] = mode } } } },
    });

    private sealed record Row(string Kind, string Strategy, string Mode, string Expected, string Seen, string Then, bool IsRight)
    {
        public override string ToString() => $"{Kind,-12} {Strategy,-15} {Mode,-20} {Expected,-28} {Seen,-46} {Then,-8} {(IsRight ? "yes" : "NO")}";
    }
}
