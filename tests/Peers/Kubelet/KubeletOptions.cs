namespace RotateSecrets.Peers.Kubelet;

/// <summary>What the kubelet is told when it is started.</summary>
/// <param name="Run">The cluster's folder: holds kubelet.kubeconfig and certs, and gets the files <c>api</c> and <c>ready</c>.</param>
/// <param name="Nodes">How many nodes there are.</param>
internal sealed record KubeletOptions(string Run, int Nodes)
{
    public string Kubeconfig => Path.Combine(Run, "kubelet.kubeconfig");

    public string Certificate => Path.Combine(Run, "certs", "kubelet-server.crt");

    public string CertificateKey => Path.Combine(Run, "certs", "kubelet-server.key");

    /// <summary>From a container that can't be started to the next attempt.</summary>
    public TimeSpan RetryAfter { get; } = TimeSpan.FromSeconds(1);

    public static KubeletOptions? Parse(string[] arguments) =>
        arguments is ["--run", var run, "--nodes", var nodes] && int.TryParse(nodes, out var count) && count > 0 ? new(Path.GetFullPath(run), count) : null;
}
