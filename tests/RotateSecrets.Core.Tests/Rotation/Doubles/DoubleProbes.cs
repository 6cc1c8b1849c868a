using RotateSecrets.Health;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;

namespace RotateSecrets.Core.Tests.Rotation.Doubles;

/// <summary>Asks the services of a world: a page is named by its service.</summary>
internal sealed class DoubleProbes(World world, Wire wire) : IProbeMaker
{
    public IHealthProbe Http(ProbeRecipe recipe) =>
        new Probe(wire, "Http", recipe.Target, () => ServiceOf(recipe).Instances.All(static instance => instance.IsRunning));

    public IHealthProbe Jwt(ProbeRecipe recipe, SecretValue secret, JwtExpectation expectation)
    {
        var fingerprint = secret.Fingerprint;
        return new Probe(wire, $"Jwt{expectation}", recipe.Target, () => ServiceOf(recipe).Instances.All(Answers));

        bool Answers(InstanceOfService instance) => expectation == JwtExpectation.Refused
            ? instance.IsRunning && !instance.Holds(fingerprint)
            : instance.IsRunning && instance.Holds(fingerprint) && !(world.Scenario.CandidateFails && world.Watch.WasMinted(fingerprint));
    }

    private ServiceState ServiceOf(ProbeRecipe recipe) => world.Services.Single(service => service.Name == recipe.Target.Host);

    private sealed class Probe(Wire wire, string name, Uri target, Func<bool> passes) : IHealthProbe
    {
        public string Name => name;

        public string Target => target.Host;

        public async Task<ProbeVerdict> CheckAsync(CancellationToken cancellation)
        {
            var seen = await wire.CallAsync<bool>($"probe {name} {target.Host}", () => passes(), FailureCode.ConsumerBusy);
            return seen.Succeeded(out var passed, out _) ? new ProbeVerdict(passed, passed ? "as it should be" : "not as it should be") : new ProbeVerdict(false, "no answer");
        }
    }
}

/// <summary>Makes values, each another one, and lets the world know them.</summary>
internal sealed class DoubleValues(World world) : IValueMaker
{
    public Outcome<SecretValue> Make(ValueRecipe recipe) => world.Mint();
}
