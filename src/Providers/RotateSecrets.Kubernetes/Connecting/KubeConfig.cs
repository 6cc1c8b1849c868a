using RotateSecrets.Outcomes;
using YamlDotNet.Core;
using k8s;
using k8s.Exceptions;
using k8s.KubeConfigModels;

namespace RotateSecrets.Kubernetes.Connecting;

/// <summary>Finds the cluster and the credentials, as kubectl does: a file that is named, the files of KUBECONFIG, ~/.kube/config, and in a pod its service account.</summary>
internal static class KubeConfig
{
    private const string Variable = "KUBECONFIG";

    /// <summary>Reads it. Exec plugins run here.</summary>
    /// <param name="store">The name of the store, for failures.</param>
    /// <param name="file">A kubeconfig; empty for where kubectl looks.</param>
    /// <param name="context">The context; null for the current one.</param>
    public static Task<Outcome<KubernetesClientConfiguration>> ReadAsync(string store, string file, string? context) => Task.Run(() => Read(store, file, context));

    private static Outcome<KubernetesClientConfiguration> Read(string store, string file, string? context)
    {
        var files = Files(file);
        var present = files.Where(File.Exists).ToArray();
        if (present.Length == 0)
        {
            return file.Length == 0 && context is null && KubernetesClientConfiguration.IsInCluster()
                ? KubernetesClientConfiguration.InClusterConfig()
                : new Failure(FailureCode.FileNotFound, store, $"There is no kubeconfig at {string.Join(", ", files)}{(file.Length == 0 ? ", and this is no pod of a cluster" : string.Empty)}.")
                {
                    Remedy = "Name one with -Kubernetes, or set KUBECONFIG.",
                };
        }

        try
        {
            var all = KubeConfigFiles.Load(present);
            return Unfit(store, present, all, context) is { } unfit ? unfit : Build(store, all, context);
        }
        catch (Exception e) when (e is YamlException or KubeConfigException or InvalidCastException or FormatException)
        {
            var place = e is YamlException yaml ? FormattableString.Invariant($" at line {yaml.Start.Line}, column {yaml.Start.Column}") : string.Empty;
            return new Failure(FailureCode.DocumentInvalid, store, $"{string.Join(", ", present)} is no kubeconfig{place}.") { Remedy = "See `kubectl config view`." };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Failure(FailureCode.FileNotFound, store, $"{string.Join(", ", present)} can't be read.");
        }
    }

    private static string[] Files(string file)
    {
        if (file.Length > 0)
        {
            return [file];
        }

        var listed = (Environment.GetEnvironmentVariable(Variable) ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return listed.Length > 0 ? listed : [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")];
    }

    private static Failure? Unfit(string store, string[] files, K8SConfiguration all, string? context)
    {
        var known = (all.Contexts ?? []).Select(static one => one.Name).Where(static name => name is not null).Order(StringComparer.Ordinal).ToList();
        var wanted = context ?? all.CurrentContext;
        var remedy = known.Count == 0 ? "It has none." : $"Its contexts are: {string.Join(", ", known)}.";
        return wanted switch
        {
            null or "" => new Failure(FailureCode.ValueInvalid, store, $"The kubeconfig {string.Join(", ", files)} has no current context.") { Remedy = $"Name one with -Context. {remedy}" },
            _ when !known.Contains(wanted, StringComparer.Ordinal) =>
                new Failure(FailureCode.ValueInvalid, store, $"The kubeconfig {string.Join(", ", files)} has no context '{wanted}'.") { Remedy = remedy },
            _ => null,
        };
    }

    private static Outcome<KubernetesClientConfiguration> Build(string store, K8SConfiguration all, string? context)
    {
        try
        {
            return KubernetesClientConfiguration.BuildConfigFromConfigObject(all, context);
        }
        catch (KubeConfigException)
        {
            // Its message can quote what an exec plugin wrote.
            return new Failure(FailureCode.CredentialsInvalid, store, $"The context '{context ?? all.CurrentContext}' can't be used: its cluster or user is missing, or its exec plugin gave no credentials.")
            {
                Remedy = "Run `kubectl get namespaces` with the same context: it shows what is the matter.",
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException or FormatException or System.ComponentModel.Win32Exception)
        {
            return new Failure(FailureCode.CredentialsInvalid, store, $"The certificate, key, token or plugin of the context '{context ?? all.CurrentContext}' can't be read or run.");
        }
    }
}
