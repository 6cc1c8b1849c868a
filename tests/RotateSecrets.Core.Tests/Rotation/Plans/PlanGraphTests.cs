using RotateSecrets.Core.Tests.Rotation.Doubles;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;
using RotateSecrets.Secrets.Generation;

namespace RotateSecrets.Core.Tests.Rotation.Plans;

public sealed class PlanGraphTests
{
    [Fact]
    public void A_secret_that_is_derived_from_itself_is_refused_with_the_way_round()
    {
        var failure = Check("a", ("a", ["b"]), ("b", ["c", "d"]), ("c", []), ("d", ["b"]));

        Assert.Equal(FailureCode.DocumentInvalid, failure?.Code);
        Assert.Contains("double:b -> double:d -> double:b", failure?.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("double:a ->", failure?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_is_its_own_child_is_refused() =>
        Assert.Contains("double:a -> double:a", Check("a", ("a", ["a"]))?.Message, StringComparison.Ordinal);

    [Fact]
    public void A_grandchild_that_is_missing_is_named() =>
        Assert.Equal(FailureCode.FileNotFound, Check("a", ("a", ["b"]), ("b", ["gone"]))?.Code);

    [Fact]
    public void Two_that_share_a_child_are_no_circle() => Assert.Null(Check("a", ("a", ["b", "c"]), ("b", ["d"]), ("c", ["d"]), ("d", [])));

    [Fact]
    public void A_child_with_two_plans_that_differ_is_refused()
    {
        var failure = Check("a", ("a", ["b", "c"]), ("b", ["d"]), ("c", ["e"]), ("d", []), ("e", ["d"]), ("f", []));
        Assert.Null(failure);

        var files = new Dictionary<string, RotationPlan>(StringComparer.Ordinal)
        {
            ["one"] = new(SecretAddress.Parse("double:d")) { File = "one" },
            ["other"] = new(SecretAddress.Parse("double:d")) { File = "other", Owner = "somebody else" },
        };
        var root = new RotationPlan(SecretAddress.Parse("double:a")) { Derived = ["one", "other"], File = "a" };
        failure = PlanCheck.CheckOffline(root, new PlanFiles(files), new SecretGenerators(static () => new Failure(FailureCode.ProviderNotFound, "Ed25519", "There is none here.")));

        Assert.Equal(FailureCode.DocumentInvalid, failure?.Code);
        Assert.Contains("other and one", failure?.Message.Replace("one and other", "other and one", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static Failure? Check(string root, params (string Name, string[] Derived)[] plans)
    {
        var files = plans.ToDictionary(
            static plan => plan.Name,
            static plan => new RotationPlan(SecretAddress.Parse($"double:{plan.Name}")) { Derived = plan.Derived, File = plan.Name },
            StringComparer.Ordinal);
        var generators = new SecretGenerators(static () => new Failure(FailureCode.ProviderNotFound, "Ed25519", "There is none here."));
        return PlanCheck.CheckOffline(files[root], new PlanFiles(files), generators);
    }
}
