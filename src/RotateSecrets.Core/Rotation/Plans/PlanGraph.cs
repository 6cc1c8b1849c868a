using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

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
    /// <summary>The plans of all that is derived from a plan's secret: each once, and after everything that it is derived from.</summary>
    /// <returns>The plans, or <see cref="FailureCode.DocumentInvalid"/> showing the way round where a secret would be derived from itself.</returns>
    public static Outcome<IReadOnlyList<RotationPlan>> Descendants(RotationPlan plan, IPlanSource source)
    {
        var search = new Search(source);
        if (search.Visit(plan) is { } failure)
        {
            return failure;
        }

        // Whatever is finished first has nothing below it that isn't: backwards, nothing comes before what it is derived from.
        search.Finished.Reverse();
        return Outcome.Of<IReadOnlyList<RotationPlan>>([.. search.Finished.Skip(1)]);
    }

    private sealed class Search(IPlanSource source)
    {
        private readonly Dictionary<SecretAddress, RotationPlan> seen = [];
        private readonly List<RotationPlan> way = [];

        public List<RotationPlan> Finished { get; } = [];

        public Failure? Visit(RotationPlan plan)
        {
            if (way.Exists(earlier => earlier.Address.Equals(plan.Address)))
            {
                return Circle(plan);
            }

            if (!seen.TryAdd(plan.Address, plan))
            {
                return seen[plan.Address].Hash == plan.Hash ? null : TwoPlans(plan);
            }

            way.Add(plan);

            // From the last to the first, so that they end up in the order in which they were named.
            foreach (var path in plan.Derived.Reverse())
            {
                if (!source.Load(path).Succeeded(out var child, out var failure))
                {
                    return failure;
                }

                if (Visit(child) is { } deeper)
                {
                    return deeper;
                }
            }

            way.RemoveAt(way.Count - 1);
            Finished.Add(plan);
            return null;
        }

        private Failure Circle(RotationPlan plan) =>
            new(
                FailureCode.DocumentInvalid,
                way[^1].File ?? way[^1].Address.ToString(),
                $"A secret can't be derived from itself: {string.Join(" -> ", way.Append(plan).SkipWhile(step => !step.Address.Equals(plan.Address)).Select(static step => step.Address))}.")
            {
                Remedy = "Take one of them out of the other's Derived.",
            };

        private Failure TwoPlans(RotationPlan plan) =>
            new(
                FailureCode.DocumentInvalid,
                plan.File ?? plan.Address.ToString(),
                $"{plan.Address} is derived by two plans that don't say the same: {seen[plan.Address].File} and {plan.File}.")
            {
                Remedy = "Let both name one file.",
            };
    }
}
