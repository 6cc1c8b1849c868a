using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using RotateSecrets.Aws.Calls;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Versions;

/// <summary>Sees whether the replicas of a secret have the current version: whoever reads in another region would else lose the old one before having the new one.</summary>
/// <param name="calls">Calls the service in the secret's own region.</param>
/// <param name="clientOf">Makes a client of another region. The caller disposes of it.</param>
/// <param name="time">The clock.</param>
internal sealed class ReplicaWatch(SecretsManagerCalls calls, Func<string, AmazonSecretsManagerClient> clientOf, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Waits until every replica is in sync and has the version as its current one; null once they have.</summary>
    public async Task<Failure?> LagAsync(SecretAddress address, DescribeSecretResponse description, string current, CancellationToken cancellation)
    {
        if (description.ReplicationStatus is not { Count: > 0 } replicas)
        {
            return null;
        }

        var began = time.GetTimestamp();
        while (true)
        {
            var behind = new List<string>();
            foreach (var replica in replicas)
            {
                var state = await StateAsync(address, description, replica, current, cancellation);
                if (state.Failed(out var failure, out var lag))
                {
                    return failure;
                }

                if (lag.Length > 0)
                {
                    behind.Add(lag);
                }
            }

            if (behind.Count == 0)
            {
                return null;
            }

            if (time.GetElapsedTime(began) >= Patience || replicas.TrueForAll(static replica => replica.Status == "Failed"))
            {
                return new Failure(
                    FailureCode.NotConverged, address.ToString(), $"Version {current} of {address.Store}:{address.Path} has not reached every region: {string.Join("; ", behind)}.")
                {
                    Remedy = "See to the replication of the secret, then try again.",
                };
            }

            await Task.Delay(Pause, time, cancellation);
            if (!(await calls.DescribeAsync(address, cancellation)).Succeeded(out description!, out var undescribed))
            {
                return undescribed;
            }

            replicas = description.ReplicationStatus ?? [];
        }
    }

    private async Task<Outcome<string>> StateAsync(
        SecretAddress address, DescribeSecretResponse description, ReplicationStatusType replica, string current, CancellationToken cancellation)
    {
        if (replica.Region is not { } region || replica.Status != "InSync")
        {
            return $"{replica.Region} is {replica.Status}";
        }

        using var client = clientOf(region);
        calls.Scopes.Of(address)?.Count();
        try
        {
            var there = await client.DescribeSecretAsync(new DescribeSecretRequest { SecretId = description.Name ?? address.Path }, cancellation);
            return there.VersionIdsToStages?.GetValueOrDefault(current)?.Contains(VersionLabels.Current, StringComparer.Ordinal) == true
                ? string.Empty
                : $"{region} has another current version";
        }
        catch (ResourceNotFoundException)
        {
            return $"{region} doesn't have the secret yet";
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && AwsFailure.Fits(e))
        {
            return AwsFailure.Of(e, $"{address.Store}:{address.Path} in {region}", "secretsmanager:DescribeSecret", isWrite: false);
        }
        catch (AmazonClientException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
    }
}
