using System.Runtime.CompilerServices;
using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Audit;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.GitHub.Store;

/// <summary>
/// The secrets of GitHub: written, never read back, one value each. That a write is repeated is known by a note of this installation; that somebody else wrote in between is seen by the time of the last write.
/// </summary>
internal sealed class GitHubStore : ISecretStore
{
    private readonly GitHubServer server;
    private readonly SecretCalls calls;
    private readonly SecretWriter writer;
    private readonly WriteNotes notes;
    private readonly AccessCheck access;
    private readonly AuditLog audit;

    public GitHubStore(GitHubServer server)
    {
        this.server = server;
        calls = new SecretCalls(server.Api);
        notes = new WriteNotes(server.Folder, server.Host);
        writer = new SecretWriter(calls, new SecretAudiences(calls), notes, server.Api.Clock, server.Time);
        access = new AccessCheck(server.Api, calls, server.Name);
        audit = new AuditLog(server.Api, server.Name);
    }

    /// <inheritdoc/>
    public StoreDescription Description => new(server.Name, "GitHub", $"https://{server.Host}", StoreCapabilities.Idempotent);

    /// <inheritdoc/>
    public Task<Outcome<StoreAccessReport>> CheckAccessAsync(SecretAddress? address, StoreAccess wanted, CancellationToken cancellation) =>
        address is null ? access.CheckStoreAsync(wanted, cancellation) : access.CheckAsync(address, wanted, cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<SecretVersion>> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // The secrets of one scope at a time: the prefix says which, and how the names begin.
        var begun = prefix.EndsWith('/') || prefix.Length == 0;
        if (SecretAddress.TryCreate(server.Name, begun ? prefix + "_" : prefix).Failed(out var failure, out var address) || SecretPlace.Of(address).Failed(out failure, out var place))
        {
            yield return failure with { Remedy = "Name the scope: owner/repository/, owner/repository/environments/environment/ or orgs/organisation/." };
            yield break;
        }

        await foreach (var listed in calls.ListAsync(place, $"{server.Name}:{prefix}", cancellation))
        {
            if (listed.Failed(out failure, out var element))
            {
                yield return failure;
            }
            else if (SecretRecord.Of(element) is { } record && (begun || record.Name.StartsWith(place.Name, StringComparison.Ordinal)))
            {
                var own = place with { Name = record.Name };
                yield return Noted(own, record, SecretAddress.Parse($"{server.Name}:{own.Path}"));
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<SecretVersion>> ListVersionsAsync(SecretAddress address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        yield return await FindAsync(address, cancellation);
    }

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> ReadAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation)
    {
        if ((await FindAsync(address, cancellation)).Failed(out var failure, out var found))
        {
            return failure;
        }

        return (version.Id ?? found.Id) == found.Id && (version.Stage ?? SecretStage.Current) == SecretStage.Current
            ? NotReadable(address)
            : new Failure(FailureCode.VersionNotFound, address.ToString(), $"{address} has no {version}.");
    }

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> PutAsync(PutRequest request, CancellationToken cancellation) => request.Stage == SecretStage.Current
        ? writer.PutAsync(request, cancellation)
        : Task.FromResult<Outcome<SecretVersion>>(new Failure(FailureCode.NotSupported, request.Address.ToString(), "A secret of GitHub has one value: nothing can wait as pending.")
        {
            Remedy = "Write it under a second name, such as the first with _NEW behind it.",
        });

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> PromoteAsync(SecretAddress address, string version, string? expectedCurrent, CancellationToken cancellation)
    {
        if ((await FindAsync(address, cancellation)).Failed(out var failure, out var found))
        {
            return failure;
        }

        return expectedCurrent is not null && expectedCurrent != found.Id && version != found.Id
            ? new Failure(FailureCode.VersionConflict, address.ToString(), $"Version {found.Id} of {address} is current, and version {expectedCurrent} was expected.")
            : version == found.Id ? found : Gone(address, version);
    }

    /// <inheritdoc/>
    public async Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, string version, CancellationToken cancellation)
    {
        if ((await FindAsync(address, cancellation)).Failed(out var failure, out var found))
        {
            return failure;
        }

        return version != found.Id
            ? Gone(address, version)
            : new Failure(FailureCode.StageForbidden, address.ToString(), $"Version {version} of {address} is what workflows use now, and can't be revoked.")
            {
                Remedy = "Write another value, or take the secret away with Revoke-Secret -Force.",
            };
    }

    /// <inheritdoc/>
    public async Task<Outcome<SecretAddress>> RemoveAsync(SecretAddress address, CancellationToken cancellation)
    {
        if (SecretPlace.Of(address).Failed(out var failure, out var place))
        {
            return failure;
        }

        var removed = await calls.DeleteAsync(place, address, cancellation);
        return removed.Failure is null or { Code: FailureCode.SecretNotFound } ? address : removed.Failure;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<StoreAuditEvent>> ReadAuditAsync(AuditQuery query, CancellationToken cancellation) => audit.ReadAsync(query, cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task<Outcome<SecretVersion>> FindAsync(SecretAddress address, CancellationToken cancellation) =>
        SecretPlace.Of(address).Failed(out var failure, out var place) ? failure
            : (await calls.GetAsync(place, address, cancellation)).Map(record => Noted(place, record, address));

    private SecretVersion Noted(SecretPlace place, SecretRecord record, SecretAddress address) => notes.Find(place) is { } note && note.Fits(record)
        ? record.At(address, server.Api.Clock.Now) with { Token = note.Token, Fingerprint = note.Fingerprint }
        : record.At(address, server.Api.Clock.Now);

    private static Failure NotReadable(SecretAddress address) =>
        new(FailureCode.NotSupported, address.ToString(), $"{address} can't be read: GitHub gives a secret's value to runs alone.")
        {
            Remedy = "Keep the value in a store that can be read too, and write it here from there.",
        };

    private static Failure Gone(SecretAddress address, string version) =>
        new(FailureCode.VersionNotFound, address.ToString(), $"{address} has no version {version}: GitHub keeps the last value alone.");
}
