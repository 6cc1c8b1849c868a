using System.Globalization;
using System.Management.Automation;
using RotateSecrets.Providers;

namespace RotateSecrets.Commands;

/// <content>Kubernetes.</content>
public sealed partial class ConnectSecretStoreCommand
{
    private const string KubernetesSet = "Kubernetes";

    /// <summary>Connects a Kubernetes cluster: its Secrets as a store, and its workloads as consumers.</summary>
    [Parameter(Mandatory = true, ParameterSetName = KubernetesSet)]
    public SwitchParameter Kubernetes { get; set; }

    /// <summary>The kubeconfig. Default: the files of KUBECONFIG, then ~/.kube/config, and in a pod its service account.</summary>
    [Parameter(ParameterSetName = KubernetesSet)]
    [ValidateNotNullOrEmpty]
    public string? KubeConfig { get; set; }

    /// <summary>The kubeconfig's context. Default: its current one.</summary>
    [Parameter(ParameterSetName = KubernetesSet)]
    [ValidateNotNullOrEmpty]
    public string? Context { get; set; }

    /// <summary>Looks only at workloads with these labels, as kubectl's -l takes them. Default: at all.</summary>
    [Parameter(ParameterSetName = KubernetesSet)]
    [ValidateNotNullOrEmpty]
    public string? LabelSelector { get; set; }

    /// <summary>How many workloads of the cluster are restarted at a time, whatever -ThrottleLimit says. Default: 10.</summary>
    [Parameter(ParameterSetName = KubernetesSet)]
    [ValidateRange(1, 10000)]
    public int RestartLimit { get; set; } = 10;

    /// <summary>How many workloads of one namespace are restarted at a time. Default: as many as of the cluster.</summary>
    [Parameter(ParameterSetName = KubernetesSet)]
    [ValidateRange(1, 10000)]
    public int? NamespaceRestartLimit { get; set; }

    /// <summary>Changes Secrets and workloads that another controller takes care of all the same: External Secrets, Helm, GitOps.</summary>
    [Parameter(ParameterSetName = KubernetesSet)]
    public SwitchParameter Force { get; set; }

    private ConnectionRequest KubernetesRequest() => new(NameOr("k8s"), KubeConfig is null ? string.Empty : FilePath(KubeConfig), Session.Time)
    {
        Settings = Settings(
            (nameof(Context), One(Context)),
            (nameof(Namespace), One(Namespace)),
            (nameof(LabelSelector), One(LabelSelector)),
            (nameof(RestartLimit), [RestartLimit.ToString(CultureInfo.InvariantCulture)]),
            (nameof(NamespaceRestartLimit), One(NamespaceRestartLimit?.ToString(CultureInfo.InvariantCulture))),
            (nameof(Force), Switch(Force))),
    };
}
