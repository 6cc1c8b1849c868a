using System.Text.RegularExpressions;
using RotateSecrets.Health;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation.Running;

/// <summary>Makes checks that really ask.</summary>
/// <param name="client">Sends the requests. It should not follow redirects.</param>
/// <param name="time">The clock.</param>
public sealed class ProbeMaker(HttpClient client, TimeProvider time) : IProbeMaker
{
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public IHealthProbe Http(ProbeRecipe recipe) => new HttpProbe(client, recipe.Target, time)
    {
        Status = recipe.Status,
        Body = recipe.Match is null ? null : new Regex(recipe.Match, RegexOptions.None, PatternTimeout),
        MaximumLatency = recipe.MaximumLatency,
    };

    /// <inheritdoc/>
    public IHealthProbe Jwt(ProbeRecipe recipe, SecretValue secret, JwtExpectation expectation) =>
        new JwtProbe(client, recipe.Target, secret, expectation, time);
}
