using RotateSecrets.Aws.Calls;
using RotateSecrets.Aws.Store;
using RotateSecrets.Aws.Versions;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Checks;

/// <summary>Looks at a secret before it is touched: four requests, after which a rotation knows what it has to.</summary>
/// <param name="calls">Calls the service.</param>
/// <param name="reader">Reads it.</param>
/// <param name="name">The store's name.</param>
/// <param name="time">The clock.</param>
internal sealed class AccessCheck(SecretsManagerCalls calls, SecretReader reader, string name, TimeProvider time)
{
    /// <summary>Sees that the service answers, and lets secrets be listed.</summary>
    public async Task<Outcome<StoreAccessReport>> CheckStoreAsync(StoreAccess wanted, CancellationToken cancellation)
    {
        await foreach (var listed in calls.ListAsync(string.Empty, most: 1, cancellation))
        {
            if (listed.Failure is { Code: FailureCode.AccessDenied } denied)
            {
                return new StoreAccessReport(name, null, wanted, StoreAccess.List & wanted, [denied.Message]);
            }

            if (listed.Failure is { } failure)
            {
                return failure;
            }
        }

        return new StoreAccessReport(name, null, wanted, StoreAccess.None, []);
    }

    /// <summary>Looks at a secret: what it is, which versions it has, and who else may read it.</summary>
    public async Task<Outcome<StoreAccessReport>> CheckAsync(SecretAddress address, StoreAccess wanted, CancellationToken cancellation)
    {
        if (!(await reader.FreshViewAsync(address, cancellation)).Succeeded(out var view, out var failure))
        {
            return failure.Code switch
            {
                FailureCode.SecretNotFound => new StoreAccessReport(name, address, wanted, StoreAccess.None, [failure.Message]),
                FailureCode.AccessDenied => new StoreAccessReport(name, address, wanted, wanted, [failure.Message]),
                _ => failure,
            };
        }

        if (view.Description.DeletedDate is { } deleted)
        {
            return AwsFailure.Deleted(address.ToString(), SecretView.Moment(deleted));
        }

        if (wanted.HasFlag(StoreAccess.Write) && WriteRules.Owner(address, view.Description) is { } owned)
        {
            return owned;
        }

        if (wanted.HasFlag(StoreAccess.Write) && WriteRules.TooOften(address, view, calls.Scopes.Of(address), time.GetUtcNow()) is { } often)
        {
            return often;
        }

        if ((await FindingsAsync(address, view, cancellation)).Failed(out failure, out var findings))
        {
            return failure;
        }

        return await UnreadAsync(address, view, wanted, cancellation) switch
        {
            null => new StoreAccessReport(name, address, wanted, StoreAccess.None, findings),
            { Code: FailureCode.AccessDenied } denied => new StoreAccessReport(name, address, wanted, StoreAccess.Read, [.. findings, denied.Message]),
            { Code: FailureCode.SecretNotFound } absent when !wanted.HasFlag(StoreAccess.Revoke) => new StoreAccessReport(name, address, wanted, StoreAccess.None, [.. findings, absent.Message]),
            { } unread => unread,
        };
    }

    // Whoever rotates has to hold the value that is current; who only writes need not be let read it.
    private async Task<Failure?> UnreadAsync(SecretAddress address, SecretView view, StoreAccess wanted, CancellationToken cancellation)
    {
        if (!wanted.HasFlag(StoreAccess.Read) || view.Current is not { } current)
        {
            return null;
        }

        if ((await reader.ReadAsync(address, VersionSelector.OfId(current.Id), cancellation)).Failed(out var failure, out var read))
        {
            return failure;
        }

        using (read.Content)
        {
            var found = read.Content.At(address);
            if (found.Succeeded(out var value, out var flaw))
            {
                value.Dispose();
            }

            return flaw;
        }
    }

    private async Task<Outcome<IReadOnlyList<string>>> FindingsAsync(SecretAddress address, SecretView view, CancellationToken cancellation)
    {
        var findings = new List<string>();
        if (view.Pending is { } pending)
        {
            findings.Add($"{WriteRules.PendingOf(address, pending)}. If nobody works on it, withdraw it: Revoke-Secret {address} -Version {pending.Id} -Force");
        }

        if (view.Description.Tags is { Count: > 0 } tags)
        {
            findings.Add($"It is tagged {string.Join(", ", tags.Select(static tag => $"{tag.Key}={tag.Value}"))}.");
        }

        if (view.Description.ReplicationStatus is { Count: > 0 } replicas)
        {
            findings.Add($"It is replicated to {string.Join(", ", replicas.Select(static replica => $"{replica.Region} ({replica.Status})"))}.");
        }

        var asked = await calls.GetPolicyAsync(address, cancellation);
        if (asked.Failed(out var failure, out var answer))
        {
            if (failure.Code is not (FailureCode.AccessDenied or FailureCode.NotSupported))
            {
                return failure;
            }

            findings.Add($"Who else may read it can't be told: {failure.Message}");
        }
        else if (answer.ResourcePolicy is { Length: > 0 } policy)
        {
            if (!ResourcePolicy.Readers(policy, address).Succeeded(out var readers, out failure))
            {
                return failure;
            }

            if (readers.Count > 0)
            {
                findings.Add($"Its resource policy lets others read it: {string.Join(", ", readers)}.");
            }
        }

        return findings;
    }
}
