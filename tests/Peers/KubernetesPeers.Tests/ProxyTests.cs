using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using RotateSecrets.Peers.KubernetesFaults;

namespace RotateSecrets.Peers.Kubernetes.Tests;

/// <summary>The proxy before a real API server: what it lets through, and what it lets go wrong.</summary>
public sealed class ProxyTests : IAsyncLifetime
{
    private readonly string name = $"proxy-{Guid.NewGuid():n}";
    private FaultProxy proxy = null!;
    private k8s.Kubernetes api = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(TestCluster.Kubeconfig is null, TestCluster.HowToGetOne);
        proxy = await FaultProxy.StartAsync(TestCluster.Kubeconfig!);
        api = new k8s.Kubernetes(await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(new FileInfo(proxy.Kubeconfig)));
    }

    public async ValueTask DisposeAsync()
    {
        if (proxy is not null)
        {
            proxy.Calm();
            await api.CoreV1.DeleteCollectionNamespacedConfigMapAsync("default", labelSelector: $"test={name}");
            api.Dispose();
            await proxy.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_write_passes_and_is_counted_under_its_verb_and_resource()
    {
        await CreateAsync();
        Assert.Contains(new ApiRequest("create", "configmaps", "default", string.Empty), proxy.Requests);
        Assert.Equal(1, proxy.Count("create", "configmaps"));
        Assert.Equal(0, proxy.Count("get"));
    }

    [Theory]
    [InlineData(FaultKind.Conflict, HttpStatusCode.Conflict)]
    [InlineData(FaultKind.Gone, HttpStatusCode.Gone)]
    [InlineData(FaultKind.ServerError, HttpStatusCode.InternalServerError)]
    [InlineData(FaultKind.Unauthorized, HttpStatusCode.Unauthorized)]
    [InlineData(FaultKind.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData(FaultKind.TooManyRequests, HttpStatusCode.TooManyRequests)]
    public async Task The_second_of_three_requests_is_refused_and_has_no_effect(FaultKind kind, HttpStatusCode expected)
    {
        proxy.Inject(new ApiFault(kind) { Verb = "create", Resource = "configmaps", After = 1, RetryAfter = 7 });
        await CreateAsync("-1");
        var refused = await Assert.ThrowsAsync<HttpOperationException>(() => CreateAsync("-2"));
        Assert.Equal(expected, refused.Response.StatusCode);
        Assert.Contains("\"kind\":\"Status\"", refused.Response.Content, StringComparison.Ordinal);
        Assert.Equal(kind == FaultKind.TooManyRequests, refused.Response.Headers.TryGetValue("Retry-After", out var after) && after.Single() == "7");
        await CreateAsync("-3");
        Assert.Equal(["-1", "-3"], (await ListAsync()).Select(item => item[name.Length..]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(FaultKind.Reset, 0)]
    [InlineData(FaultKind.ResetAfter, 1)]
    [InlineData(FaultKind.HalfAnswer, 1)]
    public async Task A_broken_connection_is_broken_before_or_after_the_effect(FaultKind kind, int made)
    {
        proxy.Inject(new ApiFault(kind) { Verb = "create" });
        await Assert.ThrowsAnyAsync<Exception>(() => CreateAsync());
        Assert.Equal(made, (await ListAsync()).Count);
    }

    [Fact]
    public async Task A_watch_is_closed_in_good_order_after_its_events_or_when_it_is_told()
    {
        proxy.Inject(new ApiFault(FaultKind.CloseWatch) { Verb = "watch", Events = 1 });
        await CreateAsync("-1");
        await CreateAsync("-2");
        Assert.Single(await WatchAsync(static _ => { }));

        var all = await WatchAsync(seen => Assert.True(seen < 2 || proxy.CloseWatches("configmaps") == 1));
        Assert.Equal(2, all.Count);
    }

    [Fact]
    public async Task A_watch_from_a_forgotten_version_gets_an_error_event()
    {
        proxy.Inject(new ApiFault(FaultKind.Gone) { Verb = "watch" });
        Exception? told = null;
        await foreach (var (_, _) in api.CoreV1.WatchListNamespacedConfigMapAsync("default", onError: e => told = e, cancellationToken: Cancellation))
        {
            Assert.Fail("It has brought something.");
        }

        Assert.Equal(410, Assert.IsType<KubernetesException>(told).Status.Code);
    }

    [Fact]
    public async Task A_server_that_was_taken_away_comes_back()
    {
        proxy.TakeAway();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => CreateAsync());
        proxy.Calm();
        await CreateAsync();
    }

    private Task CreateAsync(string suffix = "") => api.CoreV1.CreateNamespacedConfigMapAsync(
        new V1ConfigMap { Metadata = new V1ObjectMeta { Name = name + suffix, Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["test"] = name } } },
        "default",
        cancellationToken: Cancellation);

    private async Task<IReadOnlyList<string>> ListAsync() =>
        [.. (await api.CoreV1.ListNamespacedConfigMapAsync("default", labelSelector: $"test={name}", cancellationToken: Cancellation)).Items.Select(static item => item.Name())];

    private async Task<IReadOnlyList<string>> WatchAsync(Action<int> seen)
    {
        var names = new List<string>();
        await foreach (var (_, item) in api.CoreV1.WatchListNamespacedConfigMapAsync("default", labelSelector: $"test={name}", cancellationToken: Cancellation))
        {
            names.Add(item.Name());
            seen(names.Count);
        }

        return names;
    }
}
