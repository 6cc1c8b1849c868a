using k8s;
using k8s.KubeConfigModels;

namespace RotateSecrets.Kubernetes.Connecting;

/// <summary>Reads the files of a KUBECONFIG as one: of what several have under the same name, the first counts, as with kubectl.</summary>
internal static class KubeConfigFiles
{
    /// <summary>Reads the files.</summary>
    /// <param name="files">The files, which are there.</param>
    public static K8SConfiguration Load(IReadOnlyList<string> files)
    {
        var all = files.Select(static file => (File: file, Config: KubernetesClientConfiguration.LoadKubeConfig(new FileInfo(file)))).ToList();
        foreach (var (file, config) in all)
        {
            Resolve(config, Path.GetDirectoryName(Path.GetFullPath(file))!);
        }

        return new K8SConfiguration
        {
            ApiVersion = "v1",
            Kind = "Config",
            FileName = Path.GetFullPath(files[0]),
            CurrentContext = all.Select(static one => one.Config.CurrentContext).FirstOrDefault(static name => !string.IsNullOrEmpty(name)),
            Contexts = Merge(all.Select(static one => one.Config.Contexts), static one => one.Name),
            Clusters = Merge(all.Select(static one => one.Config.Clusters), static one => one.Name),
            Users = Merge(all.Select(static one => one.Config.Users), static one => one.Name),
        };
    }

    private static List<T> Merge<T>(IEnumerable<IEnumerable<T>?> lists, Func<T, string?> name) =>
        [.. lists.SelectMany(static list => list ?? []).DistinctBy(name, StringComparer.Ordinal)];

    // A path in a file is relative to that file's folder.
    private static void Resolve(K8SConfiguration config, string folder)
    {
        foreach (var cluster in (config.Clusters ?? []).Select(static one => one.ClusterEndpoint).OfType<ClusterEndpoint>())
        {
            cluster.CertificateAuthority = Full(cluster.CertificateAuthority, folder);
        }

        foreach (var user in (config.Users ?? []).Select(static one => one.UserCredentials).OfType<UserCredentials>())
        {
            user.ClientCertificate = Full(user.ClientCertificate, folder);
            user.ClientKey = Full(user.ClientKey, folder);
        }
    }

    private static string? Full(string? path, string folder) => string.IsNullOrEmpty(path) ? path : Path.GetFullPath(path, folder);
}
