using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Consumers;
using RotateSecrets.Secrets;

namespace RotateSecrets.Commands;

/// <summary>Finds what uses a secret, through everything that is connected.</summary>
[Cmdlet(VerbsCommon.Get, "Consumer", DefaultParameterSetName = AddressSet)]
[Alias("Get-Consumers")]
[OutputType(typeof(Consumer))]
public sealed class GetConsumerCommand : RotationCommand
{
    private const string AddressSet = "Address";
    private const string VersionSet = "Version";

    /// <summary>The secret. Default: the consumers of any secret.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = AddressSet)]
    [ArgumentCompleter(typeof(SecretAddressCompleter))]
    public AddressArgument? Address { get; set; }

    /// <summary>A version that is being rolled out. The consumers carry it along, so that later steps know what to verify.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = VersionSet)]
    public SecretVersion Version { get; set; } = null!;

    /// <summary>Only consumers whose name matches one of these patterns. Default: all.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Only consumers whose kind matches one of these patterns. Default: all.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[] Kind { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var version = ParameterSetName == VersionSet ? Version : null;
        var address = version?.Address;
        if (version is null && Address is not null && !Address.Address.Succeeded(out address, out var failure))
        {
            WriteFailure(failure);
            return;
        }

        var any = false;
        DrainOutcomes(Session.Consumers.FindAsync(address, Cancellation), consumer =>
        {
            if (Matches(Name, consumer.Name) && Matches(Kind, consumer.Kind))
            {
                any = true;
                WriteObject(consumer with { Version = version });
            }
        });
        if (!any && address is not null)
        {
            var searched = Session.Consumers.Sources.Select(static source => source.Name).DefaultIfEmpty("nothing: no source of consumers is connected");
            WriteWarning($"No consumer of {address} was found. Searched: {string.Join(", ", searched)}.");
        }
    }

    private static bool Matches(string[] patterns, string text) =>
        patterns.Any(pattern => new WildcardPattern(pattern, WildcardOptions.IgnoreCase).IsMatch(text));
}
