namespace RotateSecrets.Kubernetes.Api;

/// <summary>A kind of object, and where the server keeps it.</summary>
/// <param name="Kind">The kind's name, in the singular: Deployment.</param>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Version">The group's version.</param>
/// <param name="Plural">The kind's name in paths: deployments.</param>
internal sealed record ResourceKind(string Kind, string Group, string Version, string Plural)
{
    public static readonly ResourceKind Secret = new("Secret", string.Empty, "v1", "secrets");
    public static readonly ResourceKind Pod = new("Pod", string.Empty, "v1", "pods");
    public static readonly ResourceKind Event = new("Event", string.Empty, "v1", "events");
    public static readonly ResourceKind Namespace = new("Namespace", string.Empty, "v1", "namespaces");
    public static readonly ResourceKind ServiceAccount = new("ServiceAccount", string.Empty, "v1", "serviceaccounts");
    public static readonly ResourceKind Deployment = new("Deployment", "apps", "v1", "deployments");
    public static readonly ResourceKind StatefulSet = new("StatefulSet", "apps", "v1", "statefulsets");
    public static readonly ResourceKind DaemonSet = new("DaemonSet", "apps", "v1", "daemonsets");
    public static readonly ResourceKind ReplicaSet = new("ReplicaSet", "apps", "v1", "replicasets");
    public static readonly ResourceKind Job = new("Job", "batch", "v1", "jobs");
    public static readonly ResourceKind CronJob = new("CronJob", "batch", "v1", "cronjobs");
    public static readonly ResourceKind Ingress = new("Ingress", "networking.k8s.io", "v1", "ingresses");
    public static readonly ResourceKind DisruptionBudget = new("PodDisruptionBudget", "policy", "v1", "poddisruptionbudgets");
    public static readonly ResourceKind Rollout = new("Rollout", "argoproj.io", "v1alpha1", "rollouts");
    public static readonly ResourceKind ExternalSecret = new("ExternalSecret", "external-secrets.io", "v1", "externalsecrets");
    public static readonly ResourceKind SecretStore = new("SecretStore", "external-secrets.io", "v1", "secretstores");
    public static readonly ResourceKind ClusterSecretStore = new("ClusterSecretStore", "external-secrets.io", "v1", "clustersecretstores");
    public static readonly ResourceKind SecretProviderClass = new("SecretProviderClass", "secrets-store.csi.x-k8s.io", "v1", "secretproviderclasses");
    public static readonly ResourceKind AccessReview = new("SelfSubjectAccessReview", "authorization.k8s.io", "v1", "selfsubjectaccessreviews");
    public static readonly ResourceKind RulesReview = new("SelfSubjectRulesReview", "authorization.k8s.io", "v1", "selfsubjectrulesreviews");

    /// <summary>Whether it is a kind that somebody has to install; its group may be there without it.</summary>
    public bool IsCustom => Group.Contains('.', StringComparison.Ordinal) && (!Group.EndsWith(".k8s.io", StringComparison.Ordinal) || Group.EndsWith(".x-k8s.io", StringComparison.Ordinal));

    /// <summary>The path of the collection, in a namespace or across all.</summary>
    public string PathIn(string? nameSpace)
    {
        var root = Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";
        return nameSpace is null ? $"{root}/{Plural}" : $"{root}/namespaces/{Uri.EscapeDataString(nameSpace)}/{Plural}";
    }

    /// <summary>The kind as kubectl and RBAC write it: deployments.apps.</summary>
    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}
