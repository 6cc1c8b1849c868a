using System.Text.Json.Nodes;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Tests.Discovery;

public sealed class ClusterDiscoveryTests
{
    [Fact]
    public async Task Every_kind_is_found_with_every_way_and_nothing_else_is()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        var inside = cluster.Namespace;
        await cluster.SecretAsync("token", ("value", "v"u8.ToArray()), ("other", "o"u8.ToArray()));
        await cluster.CreateAsync(inside, "Deployment", "variable", Manifest.Running("variable", 0, Manifest.WithVariable("token")));
        await cluster.CreateAsync(inside, "Deployment", "another-key", Manifest.Running("another-key", 0, Manifest.WithVariable("token", "other")));
        await cluster.CreateAsync(inside, "Deployment", "another-secret", Manifest.Running("another-secret", 0, Manifest.WithVariable("else")));
        await cluster.CreateAsync(inside, "StatefulSet", "files", Manifest.StatefulSet("files", 0, Manifest.WithVolume("token")));
        await cluster.CreateAsync(inside, "DaemonSet", "part", Manifest.Running("part", -1, Manifest.WithVolume("token", "value")));
        await cluster.CreateAsync(inside, "ReplicaSet", "alone", Manifest.Running("alone", 0, Manifest.WithVariable("token")));
        await cluster.SendAsync(HttpMethod.Post, $"api/v1/namespaces/{inside}/serviceaccounts", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "puller" },
            ["imagePullSecrets"] = new JsonArray(new JsonObject { ["name"] = "token" }),
        });
        await cluster.CreateAsync(inside, "Deployment", "pulls", Manifest.Running("pulls", 0, Manifest.Template([], [], new JsonObject { ["serviceAccountName"] = "puller" })));
        var cron = Manifest.WithVariable("token");
        cron["spec"]!["restartPolicy"] = "Never";
        await cluster.CreateAsync(inside, "CronJob", "nightly", new JsonObject { ["schedule"] = "0 3 * * *", ["jobTemplate"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = cron } } });
        await cluster.CreateAsync(inside, "Ingress", "front", new JsonObject
        {
            ["tls"] = new JsonArray(new JsonObject { ["secretName"] = "token", ["hosts"] = new JsonArray("shop.example") }),
            ["defaultBackend"] = new JsonObject { ["service"] = new JsonObject { ["name"] = "x", ["port"] = new JsonObject { ["number"] = 80 } } },
        });
        var bare = Manifest.WithVariable("token");
        bare["spec"]!["automountServiceAccountToken"] = false;
        await cluster.CreateAsync(inside, "Pod", "bare", bare["spec"]!.DeepClone().AsObject());

        var found = (await cluster.ConsumersAsync(cluster.Address("token"))).ToDictionary(static consumer => consumer.ToString(), StringComparer.Ordinal);

        Assert.Equal(
            ["CronJob nightly", "DaemonSet part", "Deployment pulls", "Deployment variable", "Ingress front", "Pod bare", "ReplicaSet alone", "StatefulSet files"],
            found.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Uptake.NextRun, found["CronJob nightly"].Uptake);
        Assert.Equal(Uptake.Wait, found["StatefulSet files"].Uptake);
        Assert.Equal("SubPath", found["DaemonSet part"].References.Single().Kind);
        Assert.Equal(Uptake.Restart, found["DaemonSet part"].Uptake);
        Assert.Equal("service account puller", found["Deployment pulls"].References.Single().Location);
        Assert.Equal("IngressTls", found["Ingress front"].References.Single().Kind);
        Assert.Equal(FailureCode.NotSupported, found["Pod bare"].Obstacle?.Code);
        Assert.Equal(10, (await cluster.ConsumersAsync(cluster.Address("token", null))).Count + 1);
    }

    [Fact]
    public async Task A_paused_workload_and_one_that_is_away_while_it_is_restarted_are_told_before_anything_is_touched()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("token", ("value", "v"u8.ToArray()));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "paused", Manifest.Running("paused", 1, Manifest.WithVariable("token"), new JsonObject { ["paused"] = true }));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "recreated", Manifest.Running("recreated", 1, Manifest.WithVariable("token"), new JsonObject { ["strategy"] = new JsonObject { ["type"] = "Recreate" } }));
        await cluster.CreateAsync(cluster.Namespace, "StatefulSet", "single", Manifest.StatefulSet("single", 1, Manifest.WithVariable("token")));

        var found = (await cluster.ConsumersAsync(cluster.Address("token"))).ToDictionary(static consumer => consumer.Name, StringComparer.Ordinal);

        Assert.Equal(FailureCode.ConsumerBusy, found["paused"].Obstacle?.Code);
        Assert.Contains("Recreate", Assert.Single(found["recreated"].Cautions), StringComparison.Ordinal);
        Assert.Contains("away", Assert.Single(found["single"].Cautions), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_label_selector_narrows_the_search()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("token", ("value", "v"u8.ToArray()));
        foreach (var name in (string[])["one", "two"])
        {
            await cluster.SendAsync(HttpMethod.Post, Manifest.PathOf("Deployment", cluster.Namespace), new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["team"] = name } },
                ["spec"] = Manifest.Running(name, 0, Manifest.WithVariable("token")),
            });
        }

        await using var narrow = await TestCluster.ConnectAsync(0, null, null, ("LabelSelector", "team=two"));

        Assert.Equal("two", Assert.Single(await narrow.ConsumersAsync(cluster.Address("token"))).Name);
    }

    [Fact]
    public async Task What_a_Vault_agent_brings_is_found_by_the_Vault_address()
    {
        await using var cluster = await TestCluster.ConnectAsync(1, null, static name => name == "vault" ? new Stores.StoreDescription("vault", "Vault", "x", Stores.StoreCapabilities.None) : null);
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "agent", Manifest.Running("agent", 0, Manifest.Template([("vault.hashicorp.com/agent-inject-secret-jwt", "secret/data/proxy/jwt")], [])));

        var address = TestCluster.Value(Secrets.SecretAddress.TryParse("vault:secret/proxy/jwt#value"));
        var found = (await cluster.ConsumersAsync(address)).Where(consumer => consumer.Scope.EndsWith(cluster.Namespace, StringComparison.Ordinal));

        Assert.Equal("InjectorAnnotation", Assert.Single(found).References.Single().Kind);
        Assert.Empty(await cluster.ConsumersAsync(TestCluster.Value(Secrets.SecretAddress.TryParse("unknown:secret/proxy/jwt"))));
    }

    [Fact]
    public async Task A_live_pod_that_still_has_what_its_template_no_longer_says_makes_its_workload_a_consumer()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("token", ("value", "v"u8.ToArray()));
        await cluster.SecretAsync("next", ("value", "v"u8.ToArray()));
        await cluster.CreateAsync(cluster.Namespace, "StatefulSet", "db", Manifest.StatefulSet("db", 1, Manifest.WithVariable("token"), new JsonObject { ["type"] = "OnDelete" }));
        await cluster.ReadyAsync(cluster.Namespace, "StatefulSet/db", 1);
        var consumer = Assert.Single(await cluster.ConsumersAsync(cluster.Address("token")));
        var request = new RepointRequest(cluster.Address("token"), cluster.Address("next"), "run");
        TestCluster.Value(await cluster.Control.RepointAsync(consumer, request, TestContext.Current.CancellationToken));

        Assert.Contains("pod db-0", Assert.Single(await cluster.ConsumersAsync(cluster.Address("token"))).References.Single().Location, StringComparison.Ordinal);
    }
}
