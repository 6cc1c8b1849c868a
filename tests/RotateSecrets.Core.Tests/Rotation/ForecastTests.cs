using RotateSecrets.Core.Tests.Rotation.Doubles;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Core.Tests.Rotation;

/// <summary>What is said beforehand is what happens.</summary>
public sealed class ForecastTests
{
    public static TheoryData<string> Scenarios => [.. Scenario.All.Select(static scenario => scenario.ToString())];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task A_plan_that_is_looked_at_names_the_restarts_that_are_made(string name)
    {
        var scenario = Scenario.All.Single(scenario => scenario.ToString() == name);
        var simulation = new Simulation(scenario, FaultSchedule.None);
        var looked = await simulation.World.Check(new OperatorProcess("who looks")).CheckAsync(scenario.Plan, scenario.Options, TestContext.Current.CancellationToken);
        var forecast = looked.Succeeded(out var report, out var failure) ? report.Steps : throw new InvalidOperationException(failure.ToString());

        Assert.Empty(await simulation.RunAsync());

        foreach (var step in simulation.Record!.Steps.Where(static step => step.Kind == StepKind.Restart))
        {
            var target = forecast.Single(said => said.Number == step.Number).Target;
            foreach (var service in simulation.World.Services)
            {
                var isSaid = target.Contains(service.Name, StringComparison.Ordinal);
                var isDone = step.Message!.Contains(service.Name, StringComparison.Ordinal);

                // Whoever is pointed back has the value already, and here an instance is asked for the value alone.
                Assert.True(isSaid == isDone || (isSaid && service.CanBeRepointed), $"{step.Number}: said {target}, came to {step.Message}");
            }
        }
    }
}
