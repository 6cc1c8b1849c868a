using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Ownership;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Kubernetes.Store;

/// <summary>Writes one key of a Secret: what was read is the condition (its resourceVersion), and type and other keys stay as they are.</summary>
/// <param name="cluster">The cluster.</param>
internal sealed class SecretWriter(Cluster cluster)
{
    private const int LargestSecret = 1024 * 1024;
    private const int Attempts = 5;

    private readonly SecretReader reader = new(cluster);

    /// <summary>Writes a value.</summary>
    public async Task<Outcome<SecretVersion>> PutAsync(PutRequest request, CancellationToken cancellation)
    {
        if (SecretPlace.Of(request.Address, cluster.DefaultNamespace).Failed(out var failure, out var place) || (failure = Flaw(request)) is not null)
        {
            return failure;
        }

        // Where somebody else was faster, or an answer was lost, it is looked at again: the version that is there now, and the token of the write that it is from, decide.
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await OnceAsync(request, place, cancellation);
            if (outcome.Failure is not { Effect: Effect.Unknown } || attempt == Attempts)
            {
                return outcome.Failure is { Code: FailureCode.VersionConflict } conflict ? conflict with { Effect = Effect.None } : outcome;
            }
        }
    }

    private async Task<Outcome<SecretVersion>> OnceAsync(PutRequest request, SecretPlace place, CancellationToken cancellation)
    {
        if ((await reader.FindAsync(request.Address, place, cancellation)).Failed(out var failure, out var found))
        {
            return failure.Code == FailureCode.SecretNotFound ? await CreateAsync(request, place, cancellation) : failure;
        }

        using (found)
        {
            if (place.KeyIn(found, request.Address, mustExist: false).Failed(out failure, out var key))
            {
                return failure;
            }

            using var current = found.Value(key);
            if (current is not null && found.Write(key)?.Token == request.Token)
            {
                cluster.Writes.Note(cluster.Time, null);
                return current.Equals(request.Value)
                    ? found.Describe(request.Address, key, current, cluster.Time.GetUtcNow())
                    : new Failure(FailureCode.TokenReused, request.Address.ToString(), $"Something else was written to {request.Address} with the same token.");
            }

            if (Conflict(request, current) is { } conflict)
            {
                return conflict;
            }

            if (!cluster.Settings.Force && ForeignOwner.OfSecret(found.Json, key) is { } owner)
            {
                return owner.Refuse(request.Address.ToString());
            }

            if (found.IsImmutable)
            {
                return ApiFault.Immutable(request.Address.ToString());
            }

            return found.LengthBeside(key) + request.Value.Length > LargestSecret
                ? ApiFault.TooLarge(ApiCall.Get(ResourceKind.Secret, place.Namespace, place.Name, request.Address.ToString()))
                : await PatchAsync(request, place, key, found, current, cancellation);
        }
    }

    private async Task<Outcome<SecretVersion>> PatchAsync(
        PutRequest request, SecretPlace place, string key, SecretDocument found, SecretValue? current, CancellationToken cancellation)
    {
        var note = SecretWrite.Note(found.Json.Text("metadata", "annotations", SecretDocument.WritesAnnotation), key, new SecretWrite(request.Token, NotBefore(found.ServerTime)));
        using var body = PinnedBody.Of(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteString("uid", found.Uid);
            json.WriteString("resourceVersion", found.ResourceVersion);
            json.WriteStartObject("annotations");
            json.WriteString(SecretDocument.WritesAnnotation, note);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("data");
            request.Value.Reveal(bytes =>
            {
                json.WriteBase64String(key, bytes);
                return true;
            });
            json.WriteEndObject();
            json.WriteEndObject();
        });
        var call = ApiCall.Patch(ResourceKind.Secret, place.Namespace, place.Name, body.Written, ApiCall.MergePatch, request.Address.ToString(), NewHand());
        return Sent(request, key, await cluster.Client.SendAsync(call, cancellation), current);
    }

    private async Task<Outcome<SecretVersion>> CreateAsync(PutRequest request, SecretPlace place, CancellationToken cancellation)
    {
        if (place.Key is not { } key)
        {
            return new Failure(FailureCode.ValueInvalid, request.Address.ToString(), $"There is no Secret {place.Title} yet: name the key under which it is to hold the value.")
            {
                Remedy = $"Write {request.Address}#name-of-the-key.",
            };
        }

        if (request.ExpectedVersion is not (null or PutRequest.NoVersion))
        {
            return new Failure(FailureCode.VersionConflict, request.Address.ToString(), $"There is no Secret {place.Title} any more.");
        }

        var baseName = SideName.BaseOf(place.Name, request.Token);
        using var beside = baseName is null ? null : await BesideAsync(request.Address, place with { Name = baseName }, cancellation);
        using var body = PinnedBody.Of(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteString("name", place.Name);
            json.WriteStartObject("annotations");
            json.WriteString(SecretDocument.WritesAnnotation, SecretWrite.Note(null, key, new SecretWrite(request.Token, NotBefore(beside?.ServerTime))));
            if (beside is not null)
            {
                json.WriteString(SecretDocument.SideAnnotation, baseName);
            }

            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteString("type", beside?.Type ?? "Opaque");
            if (beside is { IsImmutable: true })
            {
                json.WriteBoolean("immutable", true);
            }

            json.WriteStartObject("data");
            beside?.CopyOthers(json, key);
            request.Value.Reveal(bytes =>
            {
                json.WriteBase64String(key, bytes);
                return true;
            });
            json.WriteEndObject();
            json.WriteEndObject();
        });
        var call = ApiCall.Create(ResourceKind.Secret, place.Namespace, body.Written, request.Address.ToString(), NewHand());
        return Sent(request, key, await cluster.Client.SendAsync(call, cancellation), null);
    }

    private static string NewHand() => Guid.NewGuid().ToString("N")[..8];

    private async Task<SecretDocument?> BesideAsync(SecretAddress address, SecretPlace place, CancellationToken cancellation) =>
        (await reader.FindAsync(address, place, cancellation)).Succeeded(out var found, out _) ? found : null;

    private Outcome<SecretVersion> Sent(PutRequest request, string key, Outcome<ApiReply> sent, SecretValue? replaced)
    {
        if (sent.Failed(out var failure, out var reply))
        {
            // Looked at again before anything is decided; the name was taken, or the resourceVersion was outdated.
            return failure.Code == FailureCode.VersionConflict ? failure with { Effect = Effect.Unknown } : failure;
        }

        using var written = new SecretDocument(reply);
        cluster.Writes.Note(cluster.Time, replaced);
        return written.Describe(request.Address, key, request.Value, cluster.Time.GetUtcNow());
    }

    // The answer that was read is older than the write; a second rounds up what the time of a pod lacks in fractions.
    private DateTimeOffset NotBefore(DateTimeOffset? read) => (read ?? cluster.Time.GetUtcNow()) + TimeSpan.FromSeconds(1);

    private static Failure? Conflict(PutRequest request, SecretValue? current) => request.ExpectedVersion switch
    {
        null => null,
        PutRequest.NoVersion when current is null => null,
        var expected when current?.Fingerprint == expected => null,
        PutRequest.NoVersion => new Failure(FailureCode.VersionConflict, request.Address.ToString(), $"There is a value at {request.Address} already."),
        _ => new Failure(FailureCode.VersionConflict, request.Address.ToString(), $"The value at {request.Address} is another than was expected: somebody else wrote it in between."),
    };

    private static Failure? Flaw(PutRequest request) => request switch
    {
        { Value.Length: 0 } => new Failure(FailureCode.ValueInvalid, request.Address.ToString(), "The value is empty."),
        { Value.Length: > LargestSecret } => ApiFault.TooLarge(ApiCall.Ask(string.Empty) with { Target = request.Address.ToString() }),
        { Stage: not SecretStage.Current } => new Failure(FailureCode.NotSupported, request.Address.ToString(), "A Secret holds one value, which is current: nothing waits in it.")
        {
            Remedy = "Write it as Current, or rotate it with the strategy Overwrite or SideBySide.",
        },
        _ => null,
    };
}
