using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using RotateSecrets.Lifecycle;

namespace RotateSecrets.Binding;

/// <summary>Completes addresses: those that went through this session, and the beginnings of others. It asks no store.</summary>
public sealed class SecretAddressCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var session = RunspaceSession.Current;
        return Completion.Of(
            wordToComplete,
            session.SeenAddresses.Concat(session.Connections.Select(static connection => connection.Store.Description.Name + ":")));
    }
}
