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
    [Theory]
    [InlineData(FaultKind.Conflict, "patch", "secrets")]
    [InlineData(FaultKind.ResetAfter, "patch", "secrets")]
    [InlineData(FaultKind.HalfAnswer, "patch", "secrets")]
    [InlineData(FaultKind.TooManyRequests, "patch", "secrets")]
    [InlineData(FaultKind.ServerError, "get", "secrets")]
    [InlineData(FaultKind.TooManyRequests, "patch", "deployments")]
    [InlineData(FaultKind.ServerError, "patch", "deployments")]
    [InlineData(FaultKind.Unavailable, "patch", "deployments")]
    [InlineData(FaultKind.ResetAfter, "patch", "deployments")]
    [InlineData(FaultKind.HalfAnswer, "patch", "statefulsets")]
    [InlineData(FaultKind.Gone, "watch", "pods")]
    [InlineData(FaultKind.Gone, "watch", "deployments")]
    [InlineData(FaultKind.CloseWatch, "watch", "pods")]
    [InlineData(FaultKind.HalfAnswer, "list", "pods")]
    [InlineData(FaultKind.ServerError, "list", "deployments")]
    [InlineData(FaultKind.TooManyRequests, "list", "pods")]
    public async Task It_goes_on(FaultKind kind, string verb, string resource)
    {
        await using var scene = await Scene.SetAsync();
        scene.Proxy.Inject(new ApiFault(kind) { Verb = verb, Resource = resource, Times = 2, Events = 1 });

        var rotation = await scene.House.RunAsync(RotationHouse.PlanOf(scene.Cluster.Address("token")));

        await scene.AssertCompletedAsync(rotation);
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

        public async Task AssertCompletedAsync(SecretRotation rotation)
        {
            Proxy.Calm();
            Assert.True(rotation.State == RotationState.Completed, RotationHouse.Say(rotation));
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
