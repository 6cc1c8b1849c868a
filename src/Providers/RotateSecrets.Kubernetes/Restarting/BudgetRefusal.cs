using System.Text.RegularExpressions;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Restarting;

/// <summary>A pod's disruption budget that doesn't let it go.</summary>
/// <param name="Budget">The budget; null where the server didn't say.</param>
/// <param name="Lasting">Why it never will, whatever becomes of the pods; null where it may later.</param>
internal sealed partial record BudgetRefusal(string? Budget, string? Lasting)
{
    /// <summary>Reads a refused eviction, and looks at the budget that it names.</summary>
    public static async Task<BudgetRefusal> OfAsync(Cluster cluster, string nameSpace, ApiReply refused, CancellationToken cancellation)
    {
        var said = refused.Json.Items("details", "causes").Select(static cause => cause.Text("message")).OfType<string>().Select(static text => Named().Match(text)).FirstOrDefault(static match => match.Success);
        if (said is null)
        {
            return new BudgetRefusal(null, null);
        }

        // Who may not see it waits until the deadline.
        var name = said.Groups["name"].Value;
        if ((await cluster.Client.SendAsync(ApiCall.Get(cluster.Kinds.DisruptionBudget, nameSpace, name), cancellation)).Failed(out _, out var reply))
        {
            return new BudgetRefusal(name, null);
        }

        using (reply)
        {
            return new BudgetRefusal(name, DisruptionBudget.Of(reply.Json).Lasting);
        }
    }

    // "The disruption budget web needs 2 healthy pods and has 2 currently"
    [GeneratedRegex("^The disruption budget (?<name>[a-z0-9.-]{1,253}) ", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Named();
}
