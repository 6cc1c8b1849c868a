using RotateSecrets.Kubernetes.Connecting;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;

namespace RotateSecrets.Kubernetes.Tests.Connecting;

public sealed class KubeConfigTests : IDisposable
{
    private const string Canary = "eyJjYW5hcnkiOiJ0b2tlbiJ9";

    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Where_there_is_no_kubeconfig_it_is_said_where_one_was_looked_for()
    {
        var path = Path.Combine(folder, "nothing");
        var failure = (await KubeConfig.ReadAsync("k8s", path, null)).Failure!;
        Assert.Equal(FailureCode.FileNotFound, failure.Code);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_context_is_answered_with_those_that_there_are()
    {
        var failure = (await KubeConfig.ReadAsync("k8s", Write("a", "one", "two"), "three")).Failure!;
        Assert.Equal(FailureCode.ValueInvalid, failure.Code);
        Assert.Contains("one, two", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_context_gives_its_server_namespace_and_token()
    {
        var configuration = Hosting.TestCluster.Value(await KubeConfig.ReadAsync("k8s", Write("a", "one", "two"), "two"));
        Assert.Equal("https://two.example:6443", configuration.Host);
        Assert.Equal("ns-two", configuration.Namespace);
        Assert.Equal(Canary, configuration.AccessToken);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("- a\n- b")]
    [InlineData("apiVersion: v1\nclusters: 7")]
    [InlineData("\u0000\u0001")]
    [InlineData("apiVersion: v1\nkind: Config\ncurrent-context: x\ncontexts:\n- name: x\n  context: {cluster: y, user: z}\n")]
    public async Task Whatever_else_stands_in_a_kubeconfig_is_refused_without_repeating_it(string text)
    {
        var path = Path.Combine(folder, "config");
        await File.WriteAllTextAsync(path, $"{text}\n# {Canary}", TestContext.Current.CancellationToken);
        var failure = (await KubeConfig.ReadAsync("k8s", path, null)).Failure!;
        Assert.DoesNotContain(Canary, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exec_plugin_that_fails_is_named_as_the_cause_and_not_quoted()
    {
        var path = Path.Combine(folder, "config");
        await File.WriteAllTextAsync(
            path,
            """
            apiVersion: v1
            kind: Config
            current-context: x
            contexts: [{name: x, context: {cluster: y, user: z}}]
            clusters: [{name: y, cluster: {server: "https://127.0.0.1:1"}}]
            users: [{name: z, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: sh, args: ["-c", "echo CANARY; exit 1"]}}}]
            """.Replace("CANARY", Canary, StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        var failure = (await KubeConfig.ReadAsync("k8s", path, null)).Failure!;
        Assert.Equal(FailureCode.CredentialsInvalid, failure.Code);
        Assert.DoesNotContain(Canary, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_files_the_first_that_has_a_name_counts_and_paths_are_relative_to_their_own_file()
    {
        var other = Directory.CreateDirectory(Path.Combine(folder, "other")).FullName;
        var second = Path.Combine(other, "config");
        File.WriteAllText(second, "apiVersion: v1\nkind: Config\ncurrent-context: late\ncontexts: [{name: late, context: {cluster: late, user: late}}]\nclusters: [{name: late, cluster: {server: \"https://late\", certificate-authority: ca.crt}}]\nusers: [{name: late, user: {client-certificate: c.crt, client-key: c.key}}]\n");
        var merged = KubeConfigFiles.Load([Write("a", "one"), second]);
        Assert.Equal("one", merged.CurrentContext);
        Assert.Equal(["one", "late"], merged.Contexts.Select(static context => context.Name));
        Assert.Equal(Path.Combine(other, "ca.crt"), merged.Clusters.Last().ClusterEndpoint.CertificateAuthority);
    }

    [Theory]
    [InlineData("RestartLimit", "0", FailureCode.ValueInvalid)]
    [InlineData("RestartLimit", "many", FailureCode.ValueInvalid)]
    [InlineData("Kontext", "x", FailureCode.NotSupported)]
    public void A_setting_that_can_not_be_is_refused(string name, string value, FailureCode expected)
    {
        var request = new ConnectionRequest("k8s", string.Empty, TimeProvider.System) { Settings = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase) { [name] = [value] } };
        Assert.Equal(expected, ClusterSettings.Read(request).Failure?.Code);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_to_be_not_there()
    {
        var path = Path.Combine(folder, "config");
        await File.WriteAllTextAsync(
            path,
            "apiVersion: v1\nkind: Config\ncurrent-context: x\ncontexts: [{name: x, context: {cluster: y, user: z}}]\nclusters: [{name: y, cluster: {server: \"http://127.0.0.1:1\"}}]\nusers: [{name: z, user: {token: x}}]\n",
            TestContext.Current.CancellationToken);
        var failure = (await new KubernetesProvider().ConnectAsync(new ConnectionRequest("k8s", path, TimeProvider.System), TestContext.Current.CancellationToken)).Failure!;
        Assert.Equal(FailureCode.StoreUnavailable, failure.Code);
        Assert.Contains("127.0.0.1:1", failure.Message, StringComparison.Ordinal);
    }

    private string Write(string file, params string[] names)
    {
        var path = Path.Combine(folder, file);
        var text = $"apiVersion: v1\nkind: Config\ncurrent-context: {names[0]}\n"
            + $"contexts:\n{string.Concat(names.Select(static name => $"- name: {name}\n  context: {{cluster: {name}, user: {name}, namespace: ns-{name}}}\n"))}"
            + $"clusters:\n{string.Concat(names.Select(static name => $"- name: {name}\n  cluster: {{server: \"https://{name}.example:6443\"}}\n"))}"
            + $"users:\n{string.Concat(names.Select(static name => $"- name: {name}\n  user: {{token: {Canary}}}\n"))}";
        File.WriteAllText(path, text);
        return path;
    }
}
