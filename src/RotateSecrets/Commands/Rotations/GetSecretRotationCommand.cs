using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Commands;

/// <summary>Shows rotations that run, were stopped or have ended, from the journal: their steps, timings and debts.</summary>
[Cmdlet(VerbsCommon.Get, "SecretRotation", DefaultParameterSetName = QuerySet)]
[OutputType(typeof(SecretRotation))]
public sealed class GetSecretRotationCommand : RotationCommand
{
    private const string QuerySet = "Query";
    private const string IdSet = "Id";

    /// <summary>The ids of the rotations.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>Only the rotations of this secret. Its store must be connected.</summary>
    [Parameter(ParameterSetName = QuerySet)]
    [ArgumentCompleter(typeof(SecretAddressCompleter))]
    public AddressArgument? Address { get; set; }

    /// <summary>Only rotations in one of these states.</summary>
    [Parameter(ParameterSetName = QuerySet)]
    public RotationState[]? State { get; set; }

    /// <summary>Only rotations that were begun at most so long ago: seconds or a TimeSpan.</summary>
    [Parameter(ParameterSetName = QuerySet)]
    [DurationTransformation]
    public TimeSpan? MaximumAge { get; set; }

    /// <summary>At most so many, the youngest first. Default: 100.</summary>
    [Parameter(ParameterSetName = QuerySet)]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; } = 100;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!TryAwait(Session.JournalAsync, out var journal))
        {
            return;
        }

        if (ParameterSetName == IdSet)
        {
            foreach (var id in Id)
            {
                Write(journal, id);
            }

            return;
        }

        var query = new RotationQuery { States = State, Limit = First, Since = MaximumAge is { } age ? Session.Time.GetUtcNow() - age : null };
        if (Address is not null)
        {
            if (!TryStore(Address, out var address, out var store))
            {
                return;
            }

            query = query with { Key = RotationKey.Of(store, address) };
        }

        DrainOutcomes(ReadAllAsync(journal, query), WriteObject);
    }

    private async IAsyncEnumerable<Outcomes.Outcome<SecretRotation>> ReadAllAsync(IRotationJournal journal, RotationQuery query)
    {
        await foreach (var listed in journal.ListAsync(query, Cancellation))
        {
            if (listed.Succeeded(out var id, out var failure))
            {
                yield return (await journal.ReadAsync(id, Cancellation)).Map(events => SecretRotation.Of(id, events));
            }
            else
            {
                yield return failure;
            }
        }
    }

    private void Write(IRotationJournal journal, string id)
    {
        if (TryAwait(cancellation => journal.ReadAsync(id, cancellation), out var events))
        {
            WriteObject(SecretRotation.Of(id, events));
        }
    }
}
