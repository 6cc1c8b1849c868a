using System.Text.Json;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Access;

/// <summary>
/// What the caller may do in a namespace, in one answer (SelfSubjectRulesReview). It may be less than the truth, where the server has authorizers that give no lists: what isn't in it
/// has to be asked for.
/// </summary>
internal sealed class PermittedRules
{
    private readonly List<Rule> rules;

    private PermittedRules(List<Rule> rules) => this.rules = rules;

    /// <summary>Asks the server. Where it gives no list, nothing is in it.</summary>
    public static async Task<Outcome<PermittedRules>> LoadAsync(Cluster cluster, string nameSpace, CancellationToken cancellation)
    {
        using var body = PinnedBody.Of(json =>
        {
            json.WriteStartObject();
            json.WriteString("apiVersion", "authorization.k8s.io/v1");
            json.WriteString("kind", ResourceKind.RulesReview.Kind);
            json.WriteStartObject("spec");
            json.WriteString("namespace", nameSpace);
            json.WriteEndObject();
            json.WriteEndObject();
        });
        var call = ApiCall.Create(ResourceKind.RulesReview, null, body.Written) with { IsIdempotent = true };
        if ((await cluster.Client.SendAsync(call, cancellation, 403, 404)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            return new PermittedRules([.. reply.Json.Items("status", "resourceRules").Select(Rule.Of)]);
        }
    }

    /// <summary>Whether it is in the list.</summary>
    public bool Have(Permission permission) => rules.Exists(rule => rule.Allows(permission));

    private sealed record Rule(IReadOnlyList<string> Verbs, IReadOnlyList<string> Groups, IReadOnlyList<string> Resources, IReadOnlyList<string> Names)
    {
        public static Rule Of(JsonElement item) => new(Texts(item, "verbs"), Texts(item, "apiGroups"), Texts(item, "resources"), Texts(item, "resourceNames"));

        public bool Allows(Permission wanted) => Has(Verbs, wanted.Verb)
            && Has(Groups, wanted.Kind.Group)
            && (Has(Resources, wanted.Resource) || (wanted.Subresource is { } part && Resources.Contains($"*/{part}", StringComparer.Ordinal)))
            && (Names.Count == 0 || (wanted.Name is { } name && Names.Contains(name, StringComparer.Ordinal)));

        private static bool Has(IReadOnlyList<string> listed, string one) => listed.Contains("*", StringComparer.Ordinal) || listed.Contains(one, StringComparer.Ordinal);

        private static List<string> Texts(JsonElement item, string name) =>
            [.. item.Items(name).Where(static one => one.ValueKind == JsonValueKind.String).Select(static one => one.GetString()!)];
    }
}
