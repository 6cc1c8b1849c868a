using System.Text.Json;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Pods;
using RotateSecrets.Kubernetes.Upstreams;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Discovery;

/// <summary>What a pod gets through its service account and its SecretProviderClasses, beside what its own specification says.</summary>
internal sealed class Surroundings
{
    private readonly Dictionary<(string Namespace, string Name), IReadOnlyList<SecretUse>> accounts = [];
    private readonly ILookup<(string Namespace, string Name), string> synced;

    private Surroundings(IReadOnlyList<ProviderClass> classes) =>
        synced = classes.SelectMany(static one => one.Synced.Select(secret => ((one.Namespace, one.Name), secret))).ToLookup(static pair => pair.Item1, static pair => pair.secret);

    /// <summary>Reads the service accounts and classes of a namespace, or of all.</summary>
    public static async Task<Outcome<Surroundings>> LoadAsync(Cluster cluster, string? nameSpace, CancellationToken cancellation)
    {
        if ((await ProviderClasses.LoadAsync(cluster, nameSpace, cancellation)).Failed(out var failure, out var classes))
        {
            return failure;
        }

        var around = new Surroundings(classes);
        await foreach (var found in PagedList.ReadAsync(cluster.Client, ResourceKind.ServiceAccount, nameSpace, null, Account.Of, null, cancellation))
        {
            if (found.Failed(out failure, out var account))
            {
                return failure;
            }

            around.accounts[(account.Namespace, account.Name)] = account.Uses;
        }

        return around;
    }

    /// <summary>All places of a template: its own, its service account's, and those of its classes.</summary>
    public IEnumerable<SecretUse> UsesOf(string nameSpace, JsonElement template)
    {
        var own = PodSpecReader.Read(template).ToList();
        var spec = template.At("spec");
        var account = spec.Text("serviceAccountName") ?? spec.Text("serviceAccount") ?? "default";
        var ofAccount = accounts.GetValueOrDefault((nameSpace, account)) ?? [];

        // A pod that names its own image pull secrets doesn't get its account's.
        var hasOwnPull = own.Exists(static use => use.Kind == "ImagePull");
        return own
            .Concat(ofAccount.Where(use => use.Kind != "ImagePull" || !hasOwnPull))
            .Concat(own.Where(static use => use.Source == UseSource.ProviderClass).SelectMany(use =>
                synced[(nameSpace, use.Name)].Select(secret => new SecretUse(UseSource.Secret, secret, null, "CsiVolume", use.Location, Uptake.Restart))));
    }

    private sealed record Account(string Namespace, string Name, IReadOnlyList<SecretUse> Uses)
    {
        public static Account Of(JsonElement item)
        {
            var name = item.Text("metadata", "name") ?? string.Empty;
            return new Account(
                item.Text("metadata", "namespace") ?? string.Empty,
                name,
                [
                    .. item.Items("secrets").Select(static one => one.Text("name")).OfType<string>()
                        .Select(secret => new SecretUse(UseSource.Secret, secret, null, "ServiceAccount", $"service account {name}", Uptake.Restart)),
                    .. item.Items("imagePullSecrets").Select(static one => one.Text("name")).OfType<string>()
                        .Select(secret => new SecretUse(UseSource.Secret, secret, null, "ImagePull", $"service account {name}", Uptake.Restart)),
                ]);
        }
    }
}
