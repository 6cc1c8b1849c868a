using RotateSecrets.Binding;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Commands;

/// <summary>What the cmdlets about policies have in common: they gather secrets, and answer once for each store.</summary>
public abstract class StorePolicyCommand : RotationCommand
{
    private readonly List<SecretAddress> addresses = [];

    private protected StorePolicyCommand()
    {
    }

    /// <summary>The secrets.</summary>
    private protected abstract IReadOnlyList<AddressArgument> Named { get; }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        foreach (var argument in Named)
        {
            if (TryStore(argument, out var address, out _))
            {
                addresses.Add(address);
            }
        }
    }

    /// <inheritdoc/>
    protected sealed override void EndProcessing()
    {
        foreach (var store in addresses.GroupBy(static address => address.Store, StringComparer.OrdinalIgnoreCase))
        {
            if (TryAbility(store.Key, "policies", out IPolicyStore policies))
            {
                Answer(policies, [.. store]);
            }
        }
    }

    /// <summary>Answers for the secrets of one store.</summary>
    private protected abstract void Answer(IPolicyStore policies, IReadOnlyList<SecretAddress> addresses);
}
