using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Consumers;

/// <summary>Gives consumers a variable of their environment that leads to a secret, and takes it away again: what a control may be able to do beside restarting.</summary>
public interface IConsumerVariables
{
    /// <summary>Names what is to get a secret and may use none yet.</summary>
    /// <param name="kind">Its kind, such as Deployment, in any case.</param>
    /// <param name="name">Its name.</param>
    /// <param name="to">The secret: it is looked for where that can be used.</param>
    /// <returns>The consumer; null where the secret is none of this control's.</returns>
    Outcome<Consumer>? Named(string kind, string name, SecretAddress to);

    /// <summary>Works out what would be changed, and changes nothing.</summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="request">Which variable.</param>
    /// <param name="cancellation">Gives up at once.</param>
    Task<Outcome<Repointing>> PreviewAsync(Consumer consumer, VariableRequest request, CancellationToken cancellation);

    /// <summary>Changes it. Where it is so already, nothing happens.</summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="request">Which variable.</param>
    /// <param name="cancellation">Gives up at once; the effect is then unknown.</param>
    Task<Outcome<Repointing>> SetAsync(Consumer consumer, VariableRequest request, CancellationToken cancellation);
}

/// <summary>A demand for a variable. It leads to a secret, and never holds one.</summary>
/// <param name="Variable">The variable's name.</param>
/// <param name="To">The secret that it leads to.</param>
/// <param name="RunId">The run it belongs to.</param>
public sealed record VariableRequest(string Variable, SecretAddress To, string RunId)
{
    /// <summary>Which containers get it: a name, or a pattern with * and ?; null for all but those that only prepare (init containers).</summary>
    public string? Container { get; init; }

    /// <summary>Whether it is taken away again, where it leads there.</summary>
    public bool Removes { get; init; }

    /// <summary>Whether to overrule whatever else takes care of the consumer, and to replace a variable that has another source.</summary>
    public bool Force { get; init; }
}
