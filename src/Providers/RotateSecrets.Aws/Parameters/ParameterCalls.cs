using Amazon.Runtime;
using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using RotateSecrets.Aws.Calls;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Parameters;

/// <summary>Calls Parameter Store, with failures for exceptions.</summary>
/// <param name="client">The client.</param>
/// <param name="name">The store's name.</param>
/// <param name="tags">What every parameter that is made here is tagged with.</param>
internal sealed class ParameterCalls(AmazonSimpleSystemsManagementClient client, string name, IReadOnlyDictionary<string, string> tags) : IDisposable
{
    // The most that a page takes (GetParameterHistory and GetParametersByPath of the API reference).
    private const int Page = 50;

    /// <summary>The rotations that work here, for which requests are counted.</summary>
    public RotationScopes Scopes { get; } = new();

    /// <summary>All versions, oldest first, with their values still encrypted.</summary>
    public async Task<Outcome<List<ParameterHistory>>> HistoryAsync(SecretAddress address, CancellationToken cancellation) => ParameterRules.FieldFlaw(address) is { } flaw ? flaw : await CallAsync(
        address,
        "GetParameterHistory",
        false,
        async () =>
        {
            var all = new List<ParameterHistory>();
            var request = new GetParameterHistoryRequest { Name = address.Path, WithDecryption = false, MaxResults = Page };
            do
            {
                var page = await client.GetParameterHistoryAsync(request, cancellation);
                all.AddRange(page.Parameters ?? []);
                request.NextToken = page.NextToken;
                if (request.NextToken is { Length: > 0 })
                {
                    Scopes.Of(address)?.Count();
                }
            }
            while (!string.IsNullOrEmpty(request.NextToken));
            return all;
        },
        cancellation);

    /// <summary>Reads the value of a version. The caller disposes of it.</summary>
    public Task<Outcome<SecretValue>> ReadAsync(SecretAddress address, ParameterHistory version, CancellationToken cancellation) => CallAsync(
        address,
        "GetParameter",
        false,
        async () => SecretValue.FromText((await client.GetParameterAsync(
            new GetParameterRequest { Name = FormattableString.Invariant($"{address.Path}:{version.Version}"), WithDecryption = true }, cancellation)).Parameter.Value),
        cancellation,
        version.KeyId);

    /// <summary>Writes a version; a new parameter where there is none. What isn't said anew falls back to the account's defaults, the key among them: so all is said as it was.</summary>
    /// <returns>Its number.</returns>
    public Task<Outcome<long>> PutAsync(SecretAddress address, SecretValue value, ParameterHistory? youngest, CancellationToken cancellation) => CallAsync(
        address,
        "PutParameter",
        true,
        async () => (await client.PutParameterAsync(
            new PutParameterRequest
            {
                Name = address.Path,
                Value = value.Reveal(),
                Type = youngest?.Type ?? ParameterType.SecureString,
                KeyId = youngest?.KeyId,
                Tier = youngest?.Tier,
                AllowedPattern = youngest?.AllowedPattern,
                Description = youngest?.Description,
                DataType = youngest?.DataType,
                Overwrite = youngest is not null,

                // Only a new parameter takes them.
                Tags = youngest is not null || tags.Count == 0 ? null : [.. tags.Select(static tag => new Tag { Key = tag.Key, Value = tag.Value })],
            },
            cancellation)).Version ?? 0,
        cancellation,
        youngest?.KeyId);

    /// <summary>Gives a version labels, which are taken from the versions that had them.</summary>
    public async Task<Outcome<bool>> LabelAsync(SecretAddress address, long version, CancellationToken cancellation, params IEnumerable<string> labels)
    {
        var labelled = await CallAsync(
            address,
            "LabelParameterVersion",
            true,
            () => client.LabelParameterVersionAsync(new LabelParameterVersionRequest { Name = address.Path, ParameterVersion = version, Labels = [.. labels] }, cancellation),
            cancellation);
        return labelled.Succeeded(out var answer, out var failure)
            ? answer.InvalidLabels is not { Count: > 0 }
                ? true
                : new Failure(FailureCode.ValueInvalid, address.ToString(), $"Parameter Store doesn't take the labels of version {version} of {address}.")
            : failure;
    }

    /// <summary>Takes labels from a version, those of them that it has; null once that is done.</summary>
    public async Task<Failure?> UnlabelAsync(SecretAddress address, ParameterHistory version, IEnumerable<string> labels, CancellationToken cancellation)
    {
        var there = labels.Where(label => ParameterLabels.Has(version, label)).ToList();
        return there.Count == 0 ? null : (await CallAsync(
            address,
            "UnlabelParameterVersion",
            true,
            () => client.UnlabelParameterVersionAsync(new UnlabelParameterVersionRequest { Name = address.Path, ParameterVersion = version.Version, Labels = there }, cancellation),
            cancellation)).Failure;
    }

    public Task<Outcome<DeleteParameterResponse>> DeleteAsync(SecretAddress address, CancellationToken cancellation) => CallAsync(
        address, "DeleteParameter", true, () => client.DeleteParameterAsync(new DeleteParameterRequest { Name = address.Path }, cancellation), cancellation);

    /// <summary>Parameters whose names begin in a certain way.</summary>
    public async Task<Outcome<List<ParameterMetadata>>> ListAsync(string prefix, int? most, CancellationToken cancellation) =>
        await CallAsync(
            null,
            "DescribeParameters",
            false,
            async () =>
            {
                var all = new List<ParameterMetadata>();
                var request = new DescribeParametersRequest
                {
                    MaxResults = most ?? Page,
                    ParameterFilters = prefix.Length == 0 ? null : [new ParameterStringFilter { Key = "Name", Option = "BeginsWith", Values = [prefix] }],
                };
                do
                {
                    var page = await client.DescribeParametersAsync(request, cancellation);
                    all.AddRange(page.Parameters ?? []);
                    request.NextToken = page.NextToken;
                }
                while (most is null && !string.IsNullOrEmpty(request.NextToken));
                return all;
            },
            cancellation);

    public void Dispose()
    {
        Scopes.Dispose();
        client.Dispose();
    }

    private async Task<Outcome<T>> CallAsync<T>(
        SecretAddress? address, string operation, bool isWrite, Func<Task<T>> call, CancellationToken cancellation, string? key = null)
        where T : notnull
    {
        if (address is not null)
        {
            Scopes.Of(address)?.Count();
        }

        try
        {
            return Outcome.Of(await call());
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && AwsFailure.Fits(e))
        {
            return AwsFailure.Of(e, address is null ? name : address.ToString(), $"ssm:{operation}", isWrite, key);
        }
        catch (AmazonClientException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
    }
}
