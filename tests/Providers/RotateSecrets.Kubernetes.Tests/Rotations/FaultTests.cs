using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Peers.KubernetesFaults;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using ApiFault = RotateSecrets.Peers.KubernetesFaults.ApiFault;
using TestCluster = RotateSecrets.Kubernetes.Tests.Hosting.TestCluster;

namespace RotateSecrets.Kubernetes.Tests.Rotations;

/// <summary>A whole rotation while the API server, or the way to it, is in trouble: it ends as it should, and restarts nothing twice.</summary>
public sealed class FaultTests
{
    private static readonly (FaultKind Kind, string Verb, string Resource)[] Faults =
    [
        (FaultKind.Conflict, "patch", "secrets"),
        (FaultKind.ResetAfter, "patch", "secrets"),
        (FaultKind.HalfAnswer, "patch", "secrets"),
        (FaultKind.TooManyRequests, "patch", "secrets"),
        (FaultKind.ServerError, "get", "secrets"),
        (FaultKind.TooManyRequests, "patch", "deployments"),
        (FaultKind.ServerError, "patch", "deployments"),
        (FaultKind.Unavailable, "patch", "deployments"),
        (FaultKind.ResetAfter, "patch", "deployments"),
        (FaultKind.HalfAnswer, "patch", "statefulsets"),
        (FaultKind.Gone, "watch", "pods"),
        (FaultKind.Gone, "watch", "deployments"),
        (FaultKind.CloseWatch, "watch", "pods"),
        (FaultKind.HalfAnswer, "list", "pods"),
        (FaultKind.ServerError, "list", "deployments"),
        (FaultKind.TooManyRequests, "list", "pods"),
    ];

    // All at once: each has a proxy, a namespace and a journal of its own.
    [Fact]
    public async Task Whatever_goes_wrong_with_a_request_it_goes_on()
    {
        TestCluster.Need();
        await Task.WhenAll(Faults.Select(static async fault =>
        {
            await using var scene = await Scene.SetAsync();
            scene.Proxy.Inject(new ApiFault(fault.Kind) { Verb = fault.Verb, Resource = fault.Resource, Times = 2, Events = 1 });
            var rotation = await scene.House.RunAsync(RotationHouse.PlanOf(scene.Cluster.Address("token")));
            await scene.AssertCompletedAsync(rotation, $"{fault}: ");
        }));
    }

    [Fact]
    public async Task Watches_that_end_again_and_again_only_cost_time()
    {
        await using var scene = await Scene.SetAsync();
        using var ended = new CancellationTokenSource();
        var closing = CloseAgainAndAgainAsync(scene.Proxy, ended.Token);

        var rotation = await scene.House.RunAsync(RotationHouse.PlanOf(scene.Cluster.Address("token")));

        await ended.CancelAsync();
        await closing;
        await scene.AssertCompletedAsync(rotation);
    }

    private static async Task CloseAgainAndAgainAsync(FaultProxy proxy, CancellationToken until)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(300));
        try
        {
            while (await timer.WaitForNextTickAsync(until))
            {
                proxy.CloseWatches();
            }
        }
        catch (OperationCanceledException)
        {
            // The rotation is over.
        }
    }

    private static async Task ComeBackAsync(FaultProxy proxy)
    {
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        proxy.Calm();
    }

    [Fact]
    public async Task A_server_that_goes_away_in_the_middle_is_waited_for_or_the_rotation_is_resumed()
    {
        await using var scene = await Scene.SetAsync();
        var back = Task.CompletedTask;
        var options = new RotationOptions
        {
            Progress = _ =>
            {
                if (scene.TakeAwayOnce())
                {
                    scene.Proxy.TakeAway();
                    back = ComeBackAsync(scene.Proxy);
                }
            },
        };

        var rotation = await scene.House.RunAsync(RotationHouse.PlanOf(scene.Cluster.Address("token")), options);
        await back;
        if (!rotation.HasEnded)
        {
            rotation = await scene.House.ResumeAsync(rotation.Id);
        }

        await scene.AssertCompletedAsync(rotation);
    }

    private sealed class Scene : IAsyncDisposable
    {
        private int taken;

        private Scene(FaultProxy proxy, TestCluster cluster, RotationHouse house)
        {
            Proxy = proxy;
            Cluster = cluster;
            House = house;
        }

        public FaultProxy Proxy { get; }

        public TestCluster Cluster { get; }

        public RotationHouse House { get; }

        public static async Task<Scene> SetAsync()
        {
            TestCluster.Need();
            var proxy = await FaultProxy.StartAsync(TestCluster.KubeConfig);
            var cluster = await TestCluster.ConnectAsync(1, proxy.Kubeconfig);
            await cluster.SecretAsync("token", ("value", "the old value, long enough"u8.ToArray()));
            await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 2, Manifest.WithVariable("token")));
            await cluster.CreateAsync(cluster.Namespace, "StatefulSet", "db", Manifest.StatefulSet("db", 2, Manifest.WithVariable("token")));
            await cluster.ReadyAsync(cluster.Namespace, "Deployment/web", 2);
            await cluster.ReadyAsync(cluster.Namespace, "StatefulSet/db", 2);
            return new Scene(proxy, cluster, await RotationHouse.BuildAsync(cluster));
        }

        public bool TakeAwayOnce() => Interlocked.Exchange(ref taken, 1) == 0;

        public async Task AssertCompletedAsync(SecretRotation rotation, string what = "")
        {
            Proxy.Calm();
            Assert.True(rotation.State == RotationState.Completed, what + RotationHouse.Say(rotation));
            foreach (var kind in (string[])["deployments/web", "statefulsets/db"])
            {
                Assert.Equal(2, (await Cluster.GetAsync($"apis/apps/v1/namespaces/{Cluster.Namespace}/{kind}")).Long("metadata", "generation"));
            }

            Assert.Single((await RotationTests.HeldAsync(Cluster))[Cluster.Namespace]);
        }

        public async ValueTask DisposeAsync()
        {
            Proxy.Calm();
            await House.DisposeAsync();
            await Cluster.DisposeAsync();
            await Proxy.DisposeAsync();
        }
    }
}
