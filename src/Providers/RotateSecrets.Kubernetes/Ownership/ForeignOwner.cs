using System.Text.Json;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Ownership;

/// <summary>What else takes care of an object, and would undo a change made here.</summary>
/// <param name="What">It, with its name.</param>
/// <param name="Remedy">Where the change belongs.</param>
internal sealed record ForeignOwner(string What, string Remedy)
{
    private static readonly (string Kind, string Group, string Product, string Source)[] Controllers =
    [
        ("ExternalSecret", "external-secrets.io", "External Secrets", "Rotate it in the store that the ExternalSecret reads: its consumers here are found and restarted all the same."),
        ("SealedSecret", "bitnami.com", "Sealed Secrets", "Seal the new value with kubeseal, and change the SealedSecret where it is kept."),
        ("VaultStaticSecret", "secrets.hashicorp.com", "the Vault Secrets Operator", "Rotate it in Vault; the operator brings it here."),
        ("VaultDynamicSecret", "secrets.hashicorp.com", "the Vault Secrets Operator", "Have Vault issue another one; the operator brings it here."),
        ("VaultPKISecret", "secrets.hashicorp.com", "the Vault Secrets Operator", "Have Vault issue another one; the operator brings it here."),
        ("Certificate", "cert-manager.io", "cert-manager", "Renew the Certificate with cmctl renew."),
        ("SecretProviderClassPodStatus", "secrets-store.csi.x-k8s.io", "the Secrets Store CSI driver", "Rotate it in the store that the SecretProviderClass reads."),
    ];

    private static readonly (string Prefix, string Product, string Source)[] Managers =
    [
        ("external-secrets", "External Secrets", "Rotate it in the store that the ExternalSecret reads: its consumers here are found and restarted all the same."),
        ("vault-secrets-operator", "the Vault Secrets Operator", "Rotate it in Vault; the operator brings it here."),
        ("argocd", "Argo CD", "Change it in the repository that Argo CD deploys from."),
        ("kustomize-controller", "Flux", "Change it in the repository that Flux deploys from."),
        ("helm-controller", "Flux", "Change it in the repository that Flux deploys from."),
        ("helm", "Helm", "Change the release's values, and upgrade it."),
        ("sealed-secrets", "Sealed Secrets", "Seal the new value with kubeseal."),
        ("controller", "Sealed Secrets", "Seal the new value with kubeseal."),
    ];

    /// <summary>What else takes care of a key's value; null where nobody does.</summary>
    public static ForeignOwner? OfSecret(JsonElement secret, string key)
    {
        if (secret.Text("type") == "kubernetes.io/service-account-token")
        {
            return new ForeignOwner("the token controller: it is the token of a service account", "Delete the Secret: the controller makes another token, and the old one is refused at once.");
        }

        // A controller of this name is one of Sealed Secrets only where it says so itself; kube-controller-manager isn't called that.
        var writer = FieldOwner.Of(secret, key).Select(static owner => owner.Manager)
            .Select(static manager => Managers.FirstOrDefault(known => known.Prefix == "controller" ? manager == known.Prefix : manager.StartsWith(known.Prefix, StringComparison.OrdinalIgnoreCase)))
            .FirstOrDefault(static known => known.Prefix is not null);
        return Of(secret) ?? (writer.Prefix is null ? null : new ForeignOwner(writer.Product, writer.Source));
    }

    /// <summary>What else takes care of an object, by its owners, labels and annotations; null where nobody does.</summary>
    public static ForeignOwner? Of(JsonElement item)
    {
        foreach (var owner in item.Items("metadata", "ownerReferences"))
        {
            var known = Controllers.FirstOrDefault(one => one.Kind == owner.Text("kind") && owner.Text("apiVersion")?.StartsWith(one.Group + "/", StringComparison.Ordinal) == true);
            if (known.Kind is not null)
            {
                return new ForeignOwner($"{known.Product} ({known.Kind} {owner.Text("name")})", known.Source);
            }
        }

        string? Label(string name) => item.Text("metadata", "labels", name);
        string? Annotation(string name) => item.Text("metadata", "annotations", name);
        return (Annotation("argocd.argoproj.io/tracking-id") ?? Label("argocd.argoproj.io/instance"), Label("kustomize.toolkit.fluxcd.io/name") ?? Label("helm.toolkit.fluxcd.io/name"), Annotation("meta.helm.sh/release-name")) switch
        {
            ({ } app, _, _) => new ForeignOwner($"Argo CD (application {app.Split(':')[0]})", "Change it in the repository that Argo CD deploys from."),
            (_, { } source, _) => new ForeignOwner($"Flux ({source})", "Change it in the repository that Flux deploys from."),
            (_, _, { } release) => new ForeignOwner($"Helm (release {release})", "Change the release's values, and upgrade it."),
            _ when Label("app.kubernetes.io/managed-by") == "Helm" => new ForeignOwner("Helm", "Change the release's values, and upgrade it."),
            _ => null,
        };
    }

    /// <summary>Why a change isn't made.</summary>
    public Failure Refuse(string target) => new(FailureCode.ManagedElsewhere, target, $"{target} is taken care of by {What}, which would undo a change made here.")
    {
        Remedy = $"{Remedy} To change it here all the same, use -Force.",
    };
}
