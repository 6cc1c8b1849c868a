using System.Net;
using CsCheck;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Secrets;

namespace RotateSecrets.Core.Tests.Rotation.Plans;

public sealed class PlanTextTests
{
    private static readonly Gen<string> Name = Gen.String[Gen.Char['!', 'ÿ'], 1, 12];

    private static readonly Gen<TimeSpan> Time = Gen.Int[0, 1_000_000].Select(static seconds => TimeSpan.FromSeconds(seconds));

    private static readonly Gen<ProbeRecipe> Probe = Gen.Select(Gen.Bool, Gen.Int[100, 599], Gen.Bool).Select(static (isHttp, status, isFull) => isHttp
        ? new ProbeRecipe(ProbeKind.Http, new Uri("https://proxy/healthz?a=b"))
        {
            Status = isFull ? (HttpStatusCode)status : null,
            Match = isFull ? "^\\s\"ok\"$" : null,
            MaximumLatency = isFull ? TimeSpan.FromMilliseconds(status) : null,
        }
        : isFull ? ProbeRecipe.OfWorkloads("proxy-* ä?") : new ProbeRecipe(ProbeKind.Jwt, new Uri("http://proxy:8080/")));

    private static readonly Gen<RotationPlan> Plan = Gen.Select(
        Gen.Select(Gen.Enum<StrategyKind>(), Gen.Bool, Gen.Bool, Name), Gen.Select(Time, Time, Time), Gen.Select(Name.Array[0, 3], Name.Array[0, 3], Name.Array[0, 3].Array[0, 3]), Probe.Array[0, 3],
        static (kinds, times, names, probes) => new RotationPlan(SecretAddress.Parse("vault:app/key#field"))
        {
            Strategy = kinds.Item1,
            UndoOnFailure = kinds.Item2,
            AllowIrreversible = kinds.Item3,
            Owner = kinds.Item4,
            Value = new ValueRecipe("Password", new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Length"] = "40", ["Exclude"] = kinds.Item4 }),
            Grace = times.Item1,
            ConvergenceDeadline = times.Item2,
            DebtLimit = times.Item3,
            Consumers = new ConsumerSelection(names.Item1, names.Item2, names.Item3),
            Probes = probes,
            HeldAt = kinds.Item1 == StrategyKind.Overwrite && kinds.Item2 ? SecretAddress.Parse("vault:app/held#field") : null,
            Derived = [.. names.Item1.Select(static (_, i) => Path.GetFullPath($"child-{i}.json"))],
        });

    [Fact]
    public void What_is_written_reads_as_the_same_plan() => Plan.Sample(static plan =>
    {
        var text = PlanText.Write(plan);
        return PlanText.Read(text).Succeeded(out var read, out _) && read.Hash == plan.Hash && PlanText.Write(read) == text;
    });

    [Fact]
    public void Two_plans_that_say_something_else_have_another_hash() => Gen.Select(Plan, Plan).Sample(
        static (one, other) => PlanText.Write(one) == PlanText.Write(other) == (one.Hash == other.Hash));

    [Fact]
    public void Where_a_plan_lies_is_no_part_of_what_it_says()
    {
        var plan = new RotationPlan(SecretAddress.Parse("local:X"));
        Assert.Equal(plan.Hash, (plan with { File = "/somewhere/else.json" }).Hash);
        Assert.NotEqual(plan.Hash, (plan with { Owner = "me" }).Hash);
    }
}
