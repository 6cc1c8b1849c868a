using System.Text.Json;
using RotateSecrets.Kubernetes.Pods;
using RotateSecrets.Kubernetes.Upstreams;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Tests.Discovery;

public sealed class RemoteNameTests
{
    private const string Arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/proxy/jwt";

    [Theory]
    [InlineData("Vault", "secret/data/proxy/jwt", "secret/proxy/jwt", true)]
    [InlineData("Vault", "secret/proxy/jwt", "secret/data/proxy/jwt", true)]
    [InlineData("Vault", "/secret/data/proxy/jwt", "secret/data/proxy/jwt", true)]
    [InlineData("Vault", "team/kv/data/proxy/jwt", "team/kv/proxy/jwt", true)]
    [InlineData("Vault", "secret/data/app/data/jwt", "secret/app/data/jwt", true)]
    [InlineData("Vault", "secret/data/app/jwt", "secret/app/data/jwt", false)]
    [InlineData("Vault", "secret/data/proxy/jwt2", "secret/proxy/jwt", false)]
    [InlineData("Vault", "secret/metadata/proxy/jwt", "secret/proxy/jwt", false)]
    [InlineData("Aws", "prod/proxy/jwt", "prod/proxy/jwt", true)]
    [InlineData("Aws", "prod/data/jwt", "prod/jwt", false)]
    [InlineData("Aws", Arn + "-AbCd12", "prod/proxy/jwt", true)]
    [InlineData("Aws", Arn, "prod/proxy/jwt", true)]
    [InlineData("Aws", "prod/proxy/jwt", Arn + "-AbCd12", true)]
    [InlineData("Aws", "prod/proxy/jwt", Arn, true)]
    [InlineData("Aws", Arn, Arn + "-AbCd12", true)]
    [InlineData("Aws", Arn + "-AbCd12", Arn, true)]
    [InlineData("Aws", "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/proxy/jwt-AbCd12", Arn, true)]
    [InlineData("Aws", "arn:aws:secretsmanager:eu-central-1:210987654321:secret:prod/proxy/jwt-AbCd12", Arn, false)]
    [InlineData("Aws", Arn + "-other", "prod/proxy/jwt", false)]
    [InlineData("Aws", "prod/proxy/jwt-AbCd12", "prod/proxy/jwt", false)]
    [InlineData("Aws", "/prod/db", "prod/db", true)]
    [InlineData("Aws", "arn:aws:ssm:eu-central-1:123456789012:parameter/prod/db", "/prod/db", true)]
    public void A_name_means_a_secret_however_each_of_the_two_is_written(string kind, string written, string path, bool expected) =>
        Assert.Equal(expected, RemoteName.Means(kind, written, path));

    [Theory]
    [InlineData("""{{ with secret "secret/data/proxy/jwt" }}{{ .Data.data.value }}{{ end }}""", "vault:secret/proxy/jwt#value", true)]
    [InlineData("""{{ with secret "secret/data/proxy/jwt" }}{{ .Data.data.value }}{{ end }}""", "vault:secret/data/proxy/jwt#value", true)]
    [InlineData("""{{ with secret "secret/data/proxy/jwt" }}{{ .Data.data.value }}{{ end }}""", "vault:secret/proxy/jwt#other", false)]
    [InlineData("""{{ with secret "secret/proxy/jwt" }}{{ .Data.value }}{{ end }}""", "vault:secret/proxy/jwt#value", true)]
    [InlineData("""{{ with secret (printf "secret/data/%s/jwt" "proxy") }}{{ .Data.data.value }}{{ end }}""", "vault:secret/proxy/jwt#value", true)]
    [InlineData("""{{ with secret "secret/data/else" }}{{ .Data.data.value }}{{ end }}""", "vault:secret/proxy/jwt#value", false)]
    public void A_template_of_the_injector_leads_to_what_it_reads(string template, string address, bool expected)
    {
        using var pod = JsonDocument.Parse($$$"""{"metadata":{"annotations":{"vault.hashicorp.com/agent-inject-template-x":{{{JsonSerializer.Serialize(template)}}} } },"spec":{}}""");
        Assert.Equal(expected, PodSpecReader.Read(pod.RootElement).Any(use => RemoteName.Means(use.Read!, SecretAddress.Parse(address))));
    }

    [Theory]
    [InlineData("Vault", "secret", "vault:secret/proxy/jwt", """{"path":"proxy","name":{"regexp":"jwt$"}}""", true)]
    [InlineData("Vault", "secret", "vault:secret/data/proxy/jwt", """{"name":{"regexp":"^proxy/.*"}}""", true)]
    [InlineData("Vault", "team", "vault:secret/proxy/jwt", """{"name":{"regexp":".*"}}""", false)]
    [InlineData("Aws", "", "aws:prod/proxy/jwt", """{"path":"prod/"}""", true)]
    [InlineData("Aws", "", "aws:arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/proxy/jwt-AbCd12", """{"name":{"regexp":"^prod/.*jwt$"}}""", true)]
    [InlineData("Aws", "", "aws:prod/proxy/jwt", """{"name":{"regexp":"^staging/"}}""", false)]
    [InlineData("Aws", "", "aws:prod/proxy/jwt", """{"name":{"regexp":"("}}""", true)]
    [InlineData("Aws", "", "aws:prod/proxy/jwt", """{"tags":{"team":"proxy"}}""", true)]
    [InlineData("Aws", "", "aws:prod/proxy/jwt", "null", false)]
    public void A_search_of_an_ExternalSecret_finds_what_it_may(string kind, string root, string address, string find, bool expected)
    {
        using var json = JsonDocument.Parse(find);
        Assert.Equal(expected, SecretFind.Finds(json.RootElement, RemoteName.NamesIn(kind, root, SecretAddress.Parse(address).Path)));
    }

    [Theory]
    [InlineData("- objectName: prod/proxy/jwt\n  objectType: secretsmanager\n")]
    [InlineData("- objectType: secretsmanager\r\n  objectName: \"prod/proxy/jwt\"\r\n")]
    [InlineData("- objectName: arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/proxy/jwt-AbCd12 # the signing key\n")]
    [InlineData("[{objectName: prod/proxy/jwt, objectType: secretsmanager}]")]
    [InlineData("[{\"objectName\": \"prod/proxy/jwt\"}]")]
    public void A_class_brings_what_its_objects_name_however_that_is_written(string objects)
    {
        using var item = JsonDocument.Parse($$$"""{"metadata":{"namespace":"n","name":"c"},"spec":{"provider":"aws","parameters":{"objects":{{{JsonSerializer.Serialize(objects)}}} } } }""");
        var one = ProviderClass.Of(item.RootElement);
        Assert.True(one.Brings("prod/proxy/jwt", "Aws"), string.Join(", ", one.Objects));
        Assert.False(one.Brings("prod/proxy", "Aws"));
        Assert.False(one.Brings("prod/proxy/jwt", "Vault"));
    }
}
