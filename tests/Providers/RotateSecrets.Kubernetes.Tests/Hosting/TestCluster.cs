using System.Text.Json.Nodes;
using System.Text.Json;
using System.Text;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Pods;
using RotateSecrets.Kubernetes.Restarting;
using RotateSecrets.Kubernetes.Store;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Kubernetes.Tests.Hosting;

/// <summary>The cluster that KUBECONFIG names, with namespaces of the test's own, which are taken away with it.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly Cluster cluster;

    private TestCluster(Cluster cluster, IReadOnlyList<string> namespaces)
    {
        this.cluster = cluster;
        Namespaces = namespaces;
        Store = new SecretStore(cluster);
        Source = new ClusterConsumerSource(cluster);
        Control = new WorkloadControl(cluster);
    }

    public static string KubeConfig => Peers.KubernetesFaults.TestCluster.Kubeconfig ?? string.Empty;

    public IReadOnlyList<string> Namespaces { get; }

    public string Namespace => Namespaces[0];

    public Cluster Cluster => cluster;

    public ISecretStore Store { get; }

    public ClusterConsumerSource Source { get; }

    public WorkloadControl Control { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Skips the test where there is no cluster.</summary>
    public static void Need() => Assert.SkipWhen(KubeConfig.Length == 0, Peers.KubernetesFaults.TestCluster.HowToGetOne);

    public static async Task<TestCluster> ConnectAsync(int namespaces = 1, string? kubeConfig = null, Func<string, StoreDescription?>? stores = null, params (string Name, string Value)[] settings)
    {
        Need();
        var opened = Value(await OpenAsync(kubeConfig ?? KubeConfig, stores, settings));
        var names = Enumerable.Range(0, namespaces).Select(static index => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"rs-{Guid.NewGuid().ToString("N")[..10]}-{index}")).ToList();
        var made = new TestCluster(opened, names);
        foreach (var name in names)
        {
            await made.SendAsync(HttpMethod.Post, "api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });
            await UntilAsync(async () => (await made.TryGetAsync($"api/v1/namespaces/{name}/serviceaccounts/default")) is not null, "the namespace's service account");
        }

        return made;
    }

    public static Task<Outcome<Cluster>> OpenAsync(string kubeConfig, Func<string, StoreDescription?>? stores, params (string Name, string Value)[] settings) => KubernetesProvider.OpenAsync(
        new ConnectionRequest("k8s", kubeConfig, TimeProvider.System)
        {
            Settings = settings.ToDictionary(static setting => setting.Name, static IReadOnlyList<string> (setting) => [setting.Value], StringComparer.OrdinalIgnoreCase),
            StoreOf = stores ?? (static _ => null),
        },
        Cancellation);

    public static T Value<T>(Outcome<T> outcome)
        where T : notnull
    {
        Assert.True(outcome.Succeeded(out var value, out var failure), failure?.ToString());
        return value!;
    }

    /// <summary>An address in the cluster.</summary>
    public SecretAddress Address(string name, string? key = "value", int nameSpace = 0) => Value(SecretAddress.TryCreate("k8s", $"{Namespaces[nameSpace]}/{name}", key));

    /// <summary>Makes a Secret as an operator would.</summary>
    public Task<JsonElement> SecretAsync(string name, params (string Key, byte[] Value)[] data) => SecretAsync(Namespace, name, null, data);

    public Task<JsonElement> SecretAsync(string nameSpace, string name, JsonObject? more, params (string Key, byte[] Value)[] data)
    {
        var secret = more ?? [];
        secret["metadata"] ??= new JsonObject();
        secret["metadata"]!["name"] = name;
        secret["data"] = new JsonObject(data.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)Convert.ToBase64String(pair.Value))));
        return SendAsync(HttpMethod.Post, $"api/v1/namespaces/{nameSpace}/secrets?fieldManager=kubectl-create", secret);
    }

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, JsonNode? body, string type = "application/json")
    {
        var (status, answer) = await AskAsync(method, path, body, type);
        Assert.True(status is >= 200 and < 300, $"{method} {path}: {status} {answer}");
        return JsonDocument.Parse(answer).RootElement;
    }

    public async Task<(int Status, string Answer)> AskAsync(HttpMethod method, string path, JsonNode? body, string type = "application/json")
    {
        var verb = method.Method switch { "POST" => "create", "PATCH" => "patch", "DELETE" => "delete", "PUT" => "update", _ => "get" };
        var call = new ApiCall(verb, null, null, null, path, path)
        {
            Body = body is null ? null : Encoding.UTF8.GetBytes(body.ToJsonString()),
            ContentType = type,
        };
        using var reply = Value(await cluster.Client.TrySendAsync(call, Cancellation));
        return (reply.Status, Encoding.UTF8.GetString(reply.Body.Span));
    }

    public async Task<JsonElement?> TryGetAsync(string path)
    {
        var (status, answer) = await AskAsync(HttpMethod.Get, path, null);
        return status is 404 or 503 ? null : JsonDocument.Parse(answer).RootElement;
    }

    public async Task<JsonElement> GetAsync(string path) => (await TryGetAsync(path)) ?? throw new Xunit.Sdk.XunitException($"There is nothing at {path}.");

    public Task<JsonElement> MergeAsync(string path, JsonObject patch) => SendAsync(HttpMethod.Patch, path, patch, "application/merge-patch+json");

    /// <summary>The Secrets of a namespace whose name begins in a certain way, but for those of service accounts.</summary>
    public async Task<IReadOnlyList<string>> SecretNamesAsync(string nameSpace, string prefix)
    {
        var list = await GetAsync($"api/v1/namespaces/{nameSpace}/secrets");
        return [.. list.Items("items").Select(static item => item.Text("metadata", "name")!).Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
    }

    /// <summary>The pods of a namespace that live.</summary>
    public async Task<IReadOnlyList<PodView>> PodsAsync(string nameSpace)
    {
        var list = await GetAsync($"api/v1/namespaces/{nameSpace}/pods");
        return [.. list.GetProperty("items").EnumerateArray().Select(PodView.Of).Where(static pod => pod is { IsTerminating: false, IsFinished: false })];
    }

    /// <summary>Waits until a workload's pods are all there and ready.</summary>
    public Task ReadyAsync(string nameSpace, string key, int pods) =>
        UntilAsync(async () => (await PodsAsync(nameSpace)).Count(pod => pod.Key == key && pod.IsReady) == pods, $"{pods} ready pods of {key}");

    /// <summary>Waits until every pod has a version: the old ones are there until they have ended, and count as long.</summary>
    public async Task ProvenAsync(Consumer consumer, SecretVersion version)
    {
        Convergence? seen = null;
        try
        {
            await UntilAsync(async () => (seen = Value(await Control.ProveAsync(consumer, version, Cancellation))).IsProven, "the proof");
        }
        catch (Exception e) when (seen is not null)
        {
            throw new Xunit.Sdk.XunitException(string.Join('\n', seen.Instances), e);
        }
    }

    /// <summary>Waits until a DaemonSet has all its pods, and they are ready.</summary>
    public Task DaemonsReadyAsync(string nameSpace, string name) => UntilAsync(
        async () => (await GetAsync($"{Manifest.PathOf("DaemonSet", nameSpace)}/{name}")).At("status") is var status
            && status.Whole("desiredNumberScheduled") is > 0 and var desired && status.Whole("updatedNumberScheduled") == desired && status.Whole("numberAvailable") == desired,
        $"the pods of the DaemonSet {name}");

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(90), $"Waited in vain for {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), Cancellation);
        }
    }

    public async Task<IReadOnlyList<Consumer>> ConsumersAsync(SecretAddress? address)
    {
        var consumers = new List<Consumer>();
        await foreach (var found in Source.FindAsync(address, Cancellation))
        {
            consumers.Add(Value(found));
        }

        return consumers;
    }

    /// <summary>Takes namespaces away, without waiting until they are gone.</summary>
    public async Task DropAsync(IReadOnlyList<string> namespaces)
    {
        foreach (var name in namespaces)
        {
            await cluster.Client.TrySendAsync(new ApiCall("delete", ResourceKind.Namespace, null, name, $"api/v1/namespaces/{name}", name), CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DropAsync(Namespaces);
        await Store.DisposeAsync();
    }
}
