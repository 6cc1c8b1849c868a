using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using RotateSecrets.Lifecycle;

namespace RotateSecrets.Binding;

/// <summary>Completes the names of connected stores, without asking any of them.</summary>
public sealed class StoreNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Of(wordToComplete, RunspaceSession.Current.Connections.Select(static connection => connection.Store.Description.Name));
}
