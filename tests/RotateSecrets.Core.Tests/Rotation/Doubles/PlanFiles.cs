using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;

namespace RotateSecrets.Core.Tests.Rotation.Doubles;

/// <summary>Plan files in memory, by their names.</summary>
internal sealed class PlanFiles(IReadOnlyDictionary<string, RotationPlan> plans) : IPlanSource
{
    public Outcome<RotationPlan> Load(string path) => plans.TryGetValue(Path.GetFileName(path), out var plan)
        ? plan
        : new Failure(FailureCode.FileNotFound, path, $"There is no plan at {path}.");
}
