using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Contracts;

/// <summary>What every store does alike. Each provider's tests derive from it, once for each server that it can be run against.</summary>
public abstract class StoreContract : IAsyncLifetime
{
    protected ISecretStore Store { get; private set; } = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Store = await ConnectAsync();

    public async ValueTask DisposeAsync()
    {
        if (Store is not null)
        {
            await Store.DisposeAsync();
        }

        await CleanAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Bytes_in_are_bytes_out()
    {
        byte[] bytes = TakesBytes ? [0, 10, 13, 255, 128, 39, 34, 10] : [9, 10, 13, 39, 34, 195, 188, 10];
        await PutAsync(bytes, SecretStage.Current);
        Assert.Equal(bytes, await ReadAsync(VersionSelector.Current));
    }

    [Fact]
    public async Task A_repeated_write_with_the_same_token_is_the_same_version()
    {
        var first = await PutAsync("one"u8.ToArray(), SecretStage.Current, "token-1");
        var again = await PutAsync("one"u8.ToArray(), SecretStage.Current, "token-1");

        Assert.Equal(first.Id, again.Id);
        Assert.Single(await VersionsAsync());
    }

    [Fact]
    public async Task A_token_is_not_taken_for_another_value()
    {
        Need(StoreCapabilities.Idempotent, "This store keeps no tokens.");
        await PutAsync("one"u8.ToArray(), SecretStage.Current, "token-1");
        Assert.Equal(FailureCode.TokenReused, (await TryPutAsync("two"u8.ToArray(), SecretStage.Current, "token-1")).Failure?.Code);
        Assert.Equal("one"u8.ToArray(), await ReadAsync(VersionSelector.Current));
    }

    [Fact]
    public async Task A_candidate_waits_beside_the_current_version_until_it_is_promoted()
    {
        Need(StoreCapabilities.Staged, "Nothing waits in this store.");
        await PutAsync("one"u8.ToArray(), SecretStage.Current);
        var candidate = await PutAsync("two"u8.ToArray(), SecretStage.Pending);
        Assert.Equal("one"u8.ToArray(), await ReadAsync(VersionSelector.Current));
        Assert.Equal("two"u8.ToArray(), await ReadAsync(VersionSelector.OfStage(SecretStage.Pending)));

        await PromoteAsync(candidate.Id, null);

        Assert.Equal("two"u8.ToArray(), await ReadAsync(VersionSelector.Current));
        Assert.Equal("one"u8.ToArray(), await ReadAsync(VersionSelector.OfStage(SecretStage.Previous)));
    }

    [Fact]
    public async Task Promoting_is_repeatable_and_reversible()
    {
        Need(StoreCapabilities.Versioned, "This store keeps one version.");
        var first = await PutAsync("one"u8.ToArray(), SecretStage.Current);
        var second = await PutAsync("two"u8.ToArray(), Can(StoreCapabilities.Staged) ? SecretStage.Pending : SecretStage.Current);
        await PromoteAsync(second.Id, first.Id);
        await PromoteAsync(second.Id, null);
        Assert.Equal(FailureCode.VersionConflict, (await Store.PromoteAsync(Address, first.Id, first.Id, Cancellation)).Failure?.Code);

        await PromoteAsync(first.Id, second.Id);

        Assert.Equal("one"u8.ToArray(), await ReadAsync(VersionSelector.Current));
        Assert.Single(await VersionsAsync(), static version => version.Stage == SecretStage.Current);
    }

    [Fact]
    public async Task A_write_that_expects_another_version_changes_nothing()
    {
        var first = await PutAsync("one"u8.ToArray(), SecretStage.Current, expected: PutRequest.NoVersion);
        Assert.Equal(
            FailureCode.VersionConflict, (await TryPutAsync("two"u8.ToArray(), SecretStage.Current, expected: PutRequest.NoVersion)).Failure?.Code);
        Assert.Equal("one"u8.ToArray(), await ReadAsync(VersionSelector.Current));
        await PutAsync("two"u8.ToArray(), SecretStage.Current, expected: first.Id);
    }

    [Fact]
    public async Task Of_many_writers_that_expect_the_same_version_one_wins()
    {
        Assert.SkipUnless(Store.Description.Capabilities.HasFlag(StoreCapabilities.CompareAndSet), "This store has no write that depends on a version.");
        var first = await PutAsync("one"u8.ToArray(), SecretStage.Current);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            writer => TryPutAsync([(byte)writer, 1], SecretStage.Current, expected: first.Id)));

        Assert.Single(outcomes, static outcome => outcome.Failure is null);
        Assert.All(outcomes.Select(static outcome => outcome.Failure).OfType<Failure>(), static failure => Assert.Equal(FailureCode.VersionConflict, failure.Code));
    }

    [Fact]
    public async Task A_revoked_version_is_gone_for_good_and_revoking_is_repeatable()
    {
        var first = await PutAsync("one"u8.ToArray(), SecretStage.Current);
        var second = await PutAsync("two"u8.ToArray(), Can(StoreCapabilities.Staged) ? SecretStage.Pending : SecretStage.Current);
        await PromoteAsync(second.Id, null);

        await RevokeAsync(first.Id);
        await RevokeAsync(first.Id);

        Assert.Equal(FailureCode.VersionNotFound, (await Store.ReadAsync(Address, VersionSelector.OfId(first.Id), Cancellation)).Failure?.Code);
        Assert.Equal(FailureCode.StageForbidden, (await Store.PromoteAsync(Address, first.Id, null, Cancellation)).Failure?.Code);
        Assert.Equal("two"u8.ToArray(), await ReadAsync(VersionSelector.Current));
    }

    [Fact]
    public async Task The_current_version_is_not_revoked()
    {
        var first = await PutAsync("one"u8.ToArray(), SecretStage.Current);
        Assert.Equal(FailureCode.StageForbidden, (await Store.RevokeAsync(Address, first.Id, Cancellation)).Failure?.Code);
        Assert.Equal("one"u8.ToArray(), await ReadAsync(VersionSelector.Current));
    }

    [Fact]
    public async Task What_is_not_there_is_said_to_be_not_there()
    {
        Assert.Equal(FailureCode.SecretNotFound, (await Store.ReadAsync(Address, VersionSelector.Current, Cancellation)).Failure?.Code);
        Assert.Equal(FailureCode.SecretNotFound, (await Store.RevokeAsync(Address, "1", Cancellation)).Failure?.Code);
        await PutAsync("one"u8.ToArray(), SecretStage.Current);
        Assert.Equal(FailureCode.VersionNotFound, (await Store.ReadAsync(Address, VersionSelector.OfStage(SecretStage.Pending), Cancellation)).Failure?.Code);
    }

    [Fact]
    public async Task Versions_are_listed_youngest_first_and_without_values()
    {
        var first = await PutAsync("one"u8.ToArray(), SecretStage.Current);
        var second = await PutAsync("two"u8.ToArray(), SecretStage.Current);

        var versions = await VersionsAsync();

        Assert.Equal(Can(StoreCapabilities.Versioned) ? [second.Id, first.Id] : [second.Id], versions.Select(static version => version.Id));
        Assert.All(versions, static version => Assert.Null(version.Value));
    }

    [Fact]
    public async Task An_empty_value_is_refused() =>
        Assert.Equal(FailureCode.ValueInvalid, (await TryPutAsync([], SecretStage.Current)).Failure?.Code);

    [Fact]
    public async Task The_audit_log_shows_a_read_of_a_value()
    {
        Assert.SkipUnless(Store.Description.Capabilities.HasFlag(StoreCapabilities.Audited), "This store tells nothing of who reads.");
        var first = await PutAsync("one"u8.ToArray(), SecretStage.Current);
        Assert.DoesNotContain(await AuditAsync(first.Id), static happened => happened.Operation == "read");

        await ReadAsync(VersionSelector.Current);

        Assert.Single(await AuditAsync(first.Id), static happened => happened.Operation == "read");
    }

    private bool Can(StoreCapabilities capability) => Store.CapabilitiesAt(Address).HasFlag(capability);

    private void Need(StoreCapabilities capability, string otherwise) => Assert.SkipUnless(Can(capability), otherwise);

    /// <summary>A secret that doesn't exist before the test.</summary>
    protected abstract SecretAddress Address { get; }

    /// <summary>Whether the store takes bytes that are no text. Default: it does.</summary>
    protected virtual bool TakesBytes => true;

    protected abstract Task<ISecretStore> ConnectAsync();

    protected virtual ValueTask CleanAsync() => ValueTask.CompletedTask;

    protected async Task<SecretVersion> PutAsync(byte[] bytes, SecretStage stage, string? token = null, string? expected = null) =>
        Value(await TryPutAsync(bytes, stage, token, expected));

    protected async Task<byte[]> ReadAsync(VersionSelector selector)
    {
        using var value = Value(await Store.ReadAsync(Address, selector, Cancellation)).Value!;
        return value.Reveal(static bytes => bytes.ToArray());
    }

    protected async Task<IReadOnlyList<SecretVersion>> VersionsAsync()
    {
        var versions = new List<SecretVersion>();
        await foreach (var version in Store.ListVersionsAsync(Address, Cancellation))
        {
            versions.Add(Value(version));
        }

        return versions;
    }

    protected async Task PromoteAsync(string version, string? expected) =>
        Assert.Equal(SecretStage.Current, Value(await Store.PromoteAsync(Address, version, expected, Cancellation)).Stage);

    protected async Task RevokeAsync(string version) =>
        Assert.Equal(SecretStage.Revoked, Value(await Store.RevokeAsync(Address, version, Cancellation)).Stage);

    protected static T Value<T>(Outcome<T> outcome)
        where T : notnull
    {
        Assert.True(outcome.Succeeded(out var value, out var failure), failure?.ToString());
        return value!;
    }

    private async Task<Outcome<SecretVersion>> TryPutAsync(byte[] bytes, SecretStage stage, string? token = null, string? expected = null)
    {
        using var value = SecretValue.FromBytes(bytes);
        return await Store.PutAsync(
            new PutRequest(Address, value, stage, token ?? Guid.NewGuid().ToString("N")) { ExpectedVersion = expected }, Cancellation);
    }

    private async Task<IReadOnlyList<StoreAuditEvent>> AuditAsync(string version)
    {
        var events = new List<StoreAuditEvent>();
        await foreach (var happened in Store.ReadAuditAsync(new AuditQuery(Address, version), Cancellation))
        {
            events.Add(Value(happened));
        }

        return events;
    }
}
