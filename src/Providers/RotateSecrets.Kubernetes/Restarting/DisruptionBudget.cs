using System.Globalization;
using System.Text.Json;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Restarting;

/// <summary>A disruption budget, which says how many of its pods an eviction has to leave.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Pods">The label selector of its pods, as a list takes it; empty for all of the namespace.</param>
/// <param name="Lasting">Why it never lets a pod go, whatever becomes of the others; null where it may.</param>
internal sealed record DisruptionBudget(string Name, string Pods, string? Lasting)
{
    /// <summary>Reads one.</summary>
    public static DisruptionBudget Of(JsonElement item)
    {
        var name = item.Text("metadata", "name") ?? string.Empty;
        var status = item.At("status");
        var isObserved = (status.Long("observedGeneration") ?? 0) >= (item.Long("metadata", "generation") ?? 0);
        return new DisruptionBudget(
            name,
            string.Join(',', Requirements(item.At("spec", "selector"))),
            isObserved && status.Whole("expectedPods") is { } pods and > 0 && status.Whole("desiredHealthy") is { } needed && needed >= pods
                ? string.Create(CultureInfo.InvariantCulture, $"the disruption budget {name} wants {needed} of its {pods} pods to be healthy at any time, and never lets one go")
                : null);
    }

    /// <summary>What to do about one that never lets a pod go.</summary>
    public static string Remedy(string? name, string nameSpace) => $"Let the budget allow one pod to be away (`kubectl edit pdb {name} -n {nameSpace}`)";

    private static IEnumerable<string> Requirements(JsonElement selector)
    {
        foreach (var label in selector.Members("matchLabels"))
        {
            yield return $"{label.Name}={label.Value.GetString()}";
        }

        foreach (var expression in selector.Items("matchExpressions"))
        {
            var key = expression.Text("key");
            var values = string.Join(',', expression.Items("values").Select(static value => value.GetString()));
            yield return expression.Text("operator") switch
            {
                "In" => $"{key} in ({values})",
                "NotIn" => $"{key} notin ({values})",
                "DoesNotExist" => $"!{key}",
                _ => $"{key}",
            };
        }
    }
}
