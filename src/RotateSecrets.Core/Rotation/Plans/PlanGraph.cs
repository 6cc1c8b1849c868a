using RotateSecrets.Outcomes;

namespace RotateSecrets.Rotation.Plans;

/// <summary>Where plans are read from.</summary>
public interface IPlanSource
{
    /// <summary>Reads a plan.</summary>
    /// <param name="path">The file, in full.</param>
    Outcome<RotationPlan> Load(string path);
}

/// <summary>The secrets that are derived from a secret, and what is derived from those.</summary>
internal static class PlanGraph
{
    /// <summary>The plans of what is derived from a plan's secret, each checked down to its last descendant.</summary>
    /// <returns>The plans, or <see cref="FailureCode.DocumentInvalid"/> showing the way round where a secret would be derived from itself.</returns>
    public static Outcome<IReadOnlyList<RotationPlan>> Children(RotationPlan plan, IPlanSource source) => Children(plan, source, [plan]);

    private static Outcome<IReadOnlyList<RotationPlan>> Children(RotationPlan plan, IPlanSource source, IReadOnlyList<RotationPlan> way)
    {
        var children = new List<RotationPlan>();
        foreach (var path in plan.Derived)
        {
            if (!source.Load(path).Succeeded(out var child, out var failure))
            {
                return failure;
            }

            RotationPlan[] longer = [.. way, child];
            if (way.Any(earlier => earlier.Address.Equals(child.Address)))
            {
                return new Failure(
                    FailureCode.DocumentInvalid,
                    plan.File ?? plan.Address.ToString(),
                    $"A secret can't be derived from itself: {string.Join(" -> ", longer.SkipWhile(step => !step.Address.Equals(child.Address)).Select(static step => step.Address))}.")
                {
                    Remedy = "Take one of them out of the other's Derived.",
                };
            }

            if (Children(child, source, longer).Failed(out var deeper, out _))
            {
                return deeper;
            }

            children.Add(child);
        }

        return children;
    }
}
