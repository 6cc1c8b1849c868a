namespace RotateSecrets.Peers.KubernetesFaults;

/// <summary>The cluster that tests may use: whichever KUBECONFIG names.</summary>
public static class TestCluster
{
    /// <summary>The kubeconfig file; null where there is no cluster for tests.</summary>
    public static string? Kubeconfig { get; } =
        (Environment.GetEnvironmentVariable("KUBECONFIG") ?? string.Empty).Split(Path.PathSeparator).FirstOrDefault(File.Exists);

    /// <summary>Why there is none, and how to get one.</summary>
    public static string HowToGetOne { get; } =
        $"{Environment.GetEnvironmentVariable("ROTATESECRETS_NO_KUBERNETES") ?? "KUBECONFIG names no cluster."} eval \"$(tests/Peers/kubernetes.sh up)\" brings one up.";
}
