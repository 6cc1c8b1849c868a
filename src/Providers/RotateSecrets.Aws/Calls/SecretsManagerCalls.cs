using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using RotateSecrets.Aws.Connecting;
using RotateSecrets.Aws.Values;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Calls;

/// <summary>Calls the service: counted for the rotation that they are made for, at the pace that the service allows, and with failures for exceptions.</summary>
/// <param name="client">The client.</param>
/// <param name="name">The store's name.</param>
/// <param name="place">Where it goes.</param>
/// <param name="tags">What every secret that is made here is tagged with.</param>
/// <param name="time">The clock.</param>
internal sealed class SecretsManagerCalls(AmazonSecretsManagerClient client, string name, CallerPlace place, IReadOnlyDictionary<string, string> tags, TimeProvider time) : IDisposable
{
    // Requests a second in a region and account. Source: the service's quotas, "Request rate quotas".
    private const int WritesPerSecond = 50;
    private const int PoliciesPerSecond = 50;
    private const int VersionListsPerSecond = 50;

    private readonly RequestPacer writes = new(WritesPerSecond, time);
    private readonly RequestPacer policies = new(PoliciesPerSecond, time);
    private readonly RequestPacer versionLists = new(VersionListsPerSecond, time);

    public RotationScopes Scopes { get; } = new();

    public RecentWrites Recent { get; } = new(time);

    public Task<Outcome<DescribeSecretResponse>> DescribeAsync(SecretAddress address, CancellationToken cancellation) => CallAsync(
        address, "DescribeSecret", null, false, stop => client.DescribeSecretAsync(new DescribeSecretRequest { SecretId = address.Path }, stop), cancellation);

    public Task<Outcome<List<SecretVersionsListEntry>>> ListVersionsAsync(SecretAddress address, CancellationToken cancellation) => CallAsync(
        address,
        "ListSecretVersionIds",
        versionLists,
        false,
        async stop =>
        {
            var all = new List<SecretVersionsListEntry>();
            await foreach (var entry in client.VersionsAsync(new ListSecretVersionIdsRequest { SecretId = address.Path, IncludeDeprecated = true, MaxResults = 100 }, stop))
            {
                all.Add(entry);
            }

            return all;
        },
        cancellation);

    public Task<Outcome<GetResourcePolicyResponse>> GetPolicyAsync(SecretAddress address, CancellationToken cancellation) => CallAsync(
        address, "GetResourcePolicy", policies, false, stop => client.GetResourcePolicyAsync(new GetResourcePolicyRequest { SecretId = address.Path }, stop), cancellation);

    public Task<Outcome<GetSecretValueResponse>> GetValueAsync(SecretAddress address, string? id, string? label, CancellationToken cancellation) => CallAsync(
        address,
        "GetSecretValue",
        null,
        false,
        stop => client.GetSecretValueAsync(new GetSecretValueRequest { SecretId = address.Path, VersionId = id, VersionStage = label }, stop),
        cancellation);

    public Task<Outcome<CreateSecretResponse>> CreateAsync(SecretAddress address, string? id, SecretContent? content, CancellationToken cancellation)
    {
        var binary = content?.Binary;
        var request = new CreateSecretRequest
        {
            Name = address.Path,
            ClientRequestToken = id,
            SecretString = content?.Text,
            SecretBinary = binary,
            Tags = tags.Count == 0 ? null : [.. tags.Select(static tag => new Tag { Key = tag.Key, Value = tag.Value })],
        };
        return ClearAfterAsync(CallAsync(address, "CreateSecret", writes, true, stop => client.CreateSecretAsync(request, stop), cancellation), binary);
    }

    public Task<Outcome<PutSecretValueResponse>> PutAsync(
        SecretAddress address, string id, SecretContent content, IEnumerable<string> labels, CancellationToken cancellation)
    {
        var binary = content.Binary;
        var request = new PutSecretValueRequest
        {
            SecretId = address.Path,
            ClientRequestToken = id,
            SecretString = content.Text,
            SecretBinary = binary,
            VersionStages = [.. labels],
        };
        return ClearAfterAsync(CallAsync(address, "PutSecretValue", writes, true, stop => client.PutSecretValueAsync(request, stop), cancellation), binary);
    }

    public Task<Outcome<UpdateSecretVersionStageResponse>> MoveLabelAsync(
        SecretAddress address, string label, string? from, string? to, CancellationToken cancellation) => CallAsync(
        address,
        "UpdateSecretVersionStage",
        writes,
        true,
        stop => client.UpdateSecretVersionStageAsync(
            new UpdateSecretVersionStageRequest { SecretId = address.Path, VersionStage = label, RemoveFromVersionId = from, MoveToVersionId = to }, stop),
        cancellation);

    public Task<Outcome<DeleteSecretResponse>> DeleteAsync(SecretAddress address, int days, CancellationToken cancellation) => CallAsync(
        address,
        "DeleteSecret",
        writes,
        true,
        stop => client.DeleteSecretAsync(new DeleteSecretRequest { SecretId = address.Path, RecoveryWindowInDays = days }, stop),
        cancellation);

    public Task<Outcome<RestoreSecretResponse>> RestoreAsync(SecretAddress address, CancellationToken cancellation) => CallAsync(
        address, "RestoreSecret", writes, true, stop => client.RestoreSecretAsync(new RestoreSecretRequest { SecretId = address.Path }, stop), cancellation);

    public Task<Outcome<RotateSecretResponse>> RotateAsync(SecretAddress address, string id, CancellationToken cancellation) => CallAsync(
        address,
        "RotateSecret",
        writes,
        true,
        stop => client.RotateSecretAsync(new RotateSecretRequest { SecretId = address.Path, ClientRequestToken = id, RotateImmediately = true }, stop),
        cancellation);

    /// <summary>Lists secrets; a failure ends the list.</summary>
    public async IAsyncEnumerable<Outcome<SecretListEntry>> ListAsync(
        string prefix, int? most, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new ListSecretsRequest
        {
            MaxResults = most ?? 100,
            Filters = prefix.Length == 0 ? null : [new Filter { Key = "name", Values = [prefix] }],
        };
        await using var pages = client.SecretsAsync(request, cancellation).GetAsyncEnumerator(cancellation);
        for (var taken = 0; most is null || taken < most; taken++)
        {
            var next = await GuardAsync(name, "ListSecrets", false, async _ => await pages.MoveNextAsync(), cancellation);
            if (!next.Succeeded(out var isThere, out var failure))
            {
                yield return failure;
                yield break;
            }

            if (!isThere)
            {
                yield break;
            }

            yield return pages.Current;
        }
    }

    public void Dispose()
    {
        Scopes.Dispose();
        client.Dispose();
        writes.Dispose();
        policies.Dispose();
        versionLists.Dispose();
    }

    private async Task<Outcome<T>> CallAsync<T>(
        SecretAddress address, string operation, RequestPacer? pacer, bool isWrite, Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
        where T : notnull
    {
        if (place.Flaw(address) is { } elsewhere)
        {
            return elsewhere;
        }

        var scope = Scopes.Of(address);
        var outcome = await (pacer is null ? SendAsync() : pacer.RunAsync(SendAsync, cancellation));
        if (scope is not null && outcome.Failure is not null)
        {
            // What was refused may have rested on what is no longer so.
            scope.View = null;
        }

        return outcome.Failed(out var failure, out _) ? place.Explain(failure, address) : outcome;

        Task<Outcome<T>> SendAsync()
        {
            scope?.Count();
            return GuardAsync($"{name}:{address.Path}", operation, isWrite, call, cancellation, address);
        }
    }

    private async Task<Outcome<T>> GuardAsync<T>(
        string target, string operation, bool isWrite, Func<CancellationToken, Task<T>> call, CancellationToken cancellation, SecretAddress? address = null)
        where T : notnull
    {
        try
        {
            return Outcome.Of(await call(cancellation));
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && AwsFailure.Fits(e))
        {
            var key = address is not null && AwsFailure.IsOfKey(e) ? await KeyOfAsync(address, cancellation) : null;
            return AwsFailure.Of(e, target, $"secretsmanager:{operation}", isWrite, key);
        }
        catch (AmazonClientException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
    }

    private async Task<string?> KeyOfAsync(SecretAddress address, CancellationToken cancellation)
    {
        try
        {
            return (await client.DescribeSecretAsync(new DescribeSecretRequest { SecretId = address.Path }, cancellation)).KmsKeyId ?? "alias/aws/secretsmanager";
        }
        catch (Exception e) when (AwsFailure.Fits(e))
        {
            // The failure that led here is the one to tell.
            return null;
        }
    }

    private static async Task<Outcome<T>> ClearAfterAsync<T>(Task<Outcome<T>> call, MemoryStream? sent)
        where T : notnull
    {
        try
        {
            return await call;
        }
        finally
        {
            SecretContent.Clear(sent);
        }
    }
}
