using System.Text.Json;
using System.Text;
using CsCheck;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Pods;

namespace RotateSecrets.Kubernetes.Tests.Discovery;

public sealed class PodSpecTests
{
    [Theory]
    [InlineData("""{"spec":{"containers":[{"name":"a","env":[{"name":"T","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}]}]}}""", "s#k EnvironmentVariable T of a (Restart)")]
    [InlineData("""{"spec":{"initContainers":[{"name":"a","env":[{"name":"T","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}]}]}}""", "s#k EnvironmentVariable T of a (init) (Restart)")]
    [InlineData("""{"spec":{"ephemeralContainers":[{"name":"a","envFrom":[{"secretRef":{"name":"s"}}]}]}}""", "s Environment envFrom of a (ephemeral) (Restart)")]
    [InlineData("""{"spec":{"containers":[{"name":"a","volumeMounts":[{"name":"v","mountPath":"/x"}]}],"volumes":[{"name":"v","secret":{"secretName":"s"}}]}}""", "s Volume /x of a (Wait)")]
    [InlineData("""{"spec":{"containers":[{"name":"a","volumeMounts":[{"name":"v","mountPath":"/x","subPath":"k"}]}],"volumes":[{"name":"v","secret":{"secretName":"s","items":[{"key":"k","path":"k"}]}}]}}""", "s#k SubPath /x of a, subPath k (Restart)")]
    [InlineData("""{"spec":{"containers":[{"name":"a","volumeMounts":[{"name":"v","mountPath":"/x"}]}],"volumes":[{"name":"v","projected":{"sources":[{"secret":{"name":"s"}}]}}]}}""", "s ProjectedVolume /x of a (Wait)")]
    [InlineData("""{"spec":{"volumes":[{"name":"v","csi":{"driver":"secrets-store.csi.k8s.io","volumeAttributes":{"secretProviderClass":"c"}}}]}}""", "c CsiVolume volume v, SecretProviderClass c (Restart)")]
    [InlineData("""{"spec":{"volumes":[{"name":"v","azureFile":{"secretName":"s","shareName":"x"}}]}}""", "s VolumeCredential volume v (azureFile) (Restart)")]
    [InlineData("""{"spec":{"volumes":[{"name":"v","cephfs":{"secretRef":{"name":"s"}}}]}}""", "s VolumeCredential volume v (cephfs) (Restart)")]
    [InlineData("""{"spec":{"imagePullSecrets":[{"name":"s"}]}}""", "s ImagePull imagePullSecrets (Restart)")]
    [InlineData("""{"metadata":{"annotations":{"vault.hashicorp.com/agent-inject-secret-x":"secret/data/proxy/jwt"}},"spec":{}}""", "secret/data/proxy/jwt InjectorAnnotation vault.hashicorp.com/agent-inject-secret-x (Wait)")]
    [InlineData("""{"metadata":{"annotations":{"vault.hashicorp.com/agent-pre-populate-only":"true","vault.hashicorp.com/agent-inject-template-x":"{{ with secret \"secret/data/proxy/jwt\" }}{{ .Data.data.value }}{{ end }}"}},"spec":{}}""", "secret/data/proxy/jwt InjectorAnnotation vault.hashicorp.com/agent-inject-template-x (Restart)")]
    public void Every_way_to_a_value_is_found_with_how_it_takes_a_new_one(string template, string expected)
    {
        using var json = JsonDocument.Parse(template);
        var use = Assert.Single(PodSpecReader.Read(json.RootElement));
        Assert.Equal(expected, $"{use.Name}{(use.Key is null ? string.Empty : $"#{use.Key}")} {use.Kind} {use.Location} ({use.Uptake})");
    }

    [Fact]
    public void A_volume_that_one_container_has_whole_and_another_in_part_takes_a_new_value_only_by_a_restart()
    {
        using var json = JsonDocument.Parse("""
            {"spec":{"containers":[{"name":"a","volumeMounts":[{"name":"v","mountPath":"/x"}]},{"name":"b","volumeMounts":[{"name":"v","mountPath":"/y","subPath":"k"}]}],
            "volumes":[{"name":"v","secret":{"secretName":"s"}}]}}
            """);
        Assert.Equal(Uptake.Restart, PodSpecReader.Read(json.RootElement).Max(static use => use.Uptake));
    }

    [Fact]
    public void Whatever_JSON_stands_where_a_pod_should_be_is_read_without_a_fault()
    {
        string[] words = ["spec", "containers", "env", "valueFrom", "secretKeyRef", "name", "key", "volumes", "secret", "items", "metadata", "annotations", "status", "conditions", "ownerReferences"];
        Gen.Byte.Array[1, 200].Sample(bytes =>
        {
            var choices = new Queue<byte>(bytes);
            using var json = JsonDocument.Parse(Encoding.UTF8.GetBytes(Node(6)));
            _ = PodSpecReader.Read(json.RootElement).Count();
            _ = PodView.Of(json.RootElement);
            foreach (var kind in (string[])["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod", "Rollout"])
            {
                _ = Workload.Of(kind, json.RootElement);
            }

            int Next(int below) => choices.TryDequeue(out var choice) ? choice % below : 0;
            string Word() => words[Next(words.Length)];
            string Node(int depth) => (depth == 0 ? Next(4) : Next(9)) switch
            {
                0 => "null",
                1 => "17",
                2 => "true",
                3 => $"\"{Word()}\"",
                4 => $"[{string.Join(',', Enumerable.Range(0, Next(4)).Select(_ => Node(depth - 1)))}]",
                _ => $"{{{string.Join(',', Enumerable.Range(0, Next(5)).Select(_ => Word()).Distinct(StringComparer.Ordinal).ToList().ConvertAll(name => $"\"{name}\":{Node(depth - 1)}"))}}}",
            };
        });
    }
}
