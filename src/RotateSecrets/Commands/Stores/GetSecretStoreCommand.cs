using System.Management.Automation;
using RotateSecrets.Stores;

namespace RotateSecrets.Commands;

/// <summary>Shows the stores that are connected in this session.</summary>
[Cmdlet(VerbsCommon.Get, "SecretStore")]
[OutputType(typeof(StoreDescription))]
public sealed class GetSecretStoreCommand : RotationCommand
{
    /// <summary>Only stores whose name matches one of these patterns. Default: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var patterns = Name.Select(static name => new WildcardPattern(name, WildcardOptions.IgnoreCase)).ToArray();
        WriteObject(
            Session.Connections
                .Select(static connection => connection.Store.Description)
                .Where(store => patterns.Any(pattern => pattern.IsMatch(store.Name))),
            enumerateCollection: true);
    }
}
