using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Steps;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Strategies;

/// <summary>What strategies do alike to the versions of a secret.</summary>
internal static class VersionMoves
{
    /// <summary>The candidate, once it was staged.</summary>
    public static SecretVersion Candidate(this RotationRun run, SecretAddress address, SecretStage stage, string fact = Fact.Candidate) =>
        new(address, run[fact] ?? string.Empty, stage, run.Moment(Fact.StagedAt) ?? run.Record.StartedAt)
        {
            Fingerprint = run[Fact.CandidateFingerprint],
            StagedAt = stage == SecretStage.Current ? run.Moment(Fact.PromotedAt) : null,
        };

    /// <summary>The old version; null where there was none.</summary>
    public static SecretVersion? Previous(this RotationRun run) => run[Fact.Previous] is { } id
        ? new SecretVersion(run.Plan.Address, id, SecretStage.Previous, run.Record.StartedAt)
        {
            Fingerprint = run[Fact.PreviousFingerprint],
            StagedAt = run.Moment(Fact.PromotedAt),
        }
        : null;

    /// <summary>What is current after the way back; null before it was restored, or where nothing is.</summary>
    public static SecretVersion? Restored(this RotationRun run) => run[Fact.Restored] is { } id
        ? new SecretVersion(run.Plan.Address, id, SecretStage.Current, run.Record.StartedAt)
        {
            Fingerprint = run[Fact.RestoredFingerprint],
            StagedAt = run.RestoredAt(),
        }
        : null;

    /// <summary>The candidate, once the old value was restored.</summary>
    public static SecretVersion Withdrawn(this RotationRun run) => run.Strategy.Final(run) with { Stage = SecretStage.Revoked, StagedAt = run.RestoredAt() };

    /// <summary>What clients use now.</summary>
    public static async Task<Outcome<CurrentVersion>> FindCurrentAsync(this RotationRun run, CancellationToken cancellation)
    {
        await foreach (var listed in run.Store.ListVersionsAsync(run.Strategy.HomeOf(run), cancellation))
        {
            if (!listed.Succeeded(out var version, out var failure))
            {
                return failure;
            }

            if (version.Stage == SecretStage.Current)
            {
                return new CurrentVersion(version);
            }
        }

        return new CurrentVersion(null);
    }

    /// <summary>Makes the old value what clients use again, if this rotation is what they stopped using it for. What somebody else made current stays.</summary>
    public static async Task<Outcome<StepReport>> RestoreAsync(this RotationRun run, SecretValue? held, CancellationToken cancellation)
    {
        if (!(await run.FindCurrentAsync(cancellation)).Succeeded(out var found, out var failure))
        {
            return failure;
        }

        if ((await run.HasWrittenAsync(found.Version, cancellation)).Failed(out failure, out var isOurs))
        {
            return failure;
        }

        if (found.Version is not { } current || !isOurs)
        {
            return found.Version is null || found.Version.Id == run[Fact.Previous] || run[Fact.Previous] is null
                ? await RestoredAsync(run, found.Version, run[Fact.PreviousFingerprint], "The old value was never overwritten.", cancellation)
                : await RestoredAsync(run, found.Version, null, $"Somebody else made version {found.Version.Id} current; it stays.", cancellation);
        }

        if (held is not null && await HeldCopy.WriteAsync(run, held, RestoreToken(run), cancellation) is { Failure: { } uncopied })
        {
            return uncopied;
        }

        var restored = run.Previous() switch
        {
            { } previous when run.Store.CapabilitiesAt(run.Plan.Address).HasFlag(StoreCapabilities.Versioned) =>
                await run.Store.PromoteAsync(previous.Address, previous.Id, current.Id, cancellation),
            not null when current.Token == RestoreToken(run) => current,
            not null when held is not null => await run.Store.PutAsync(
                new PutRequest(run.Plan.Address, held, SecretStage.Current, RestoreToken(run)) { ExpectedVersion = current.Id }, cancellation),
            _ => new Failure(FailureCode.RollbackImpossible, run.Plan.Address.ToString(), $"Nobody holds the old value of {run.Plan.Address}."),
        };
        return restored.Failed(out var unrestored, out var version)
            ? unrestored
            : await RestoredAsync(run, version, run[Fact.PreviousFingerprint], $"The old value is current again, as version {version.Id}.", cancellation);
    }

    private static async Task<Outcome<StepReport>> RestoredAsync(RotationRun run, SecretVersion? version, string? fingerprint, string message, CancellationToken cancellation)
    {
        if (version is null)
        {
            return new StepReport(message);
        }

        return (await VersionFingerprint.CompleteAsync(run.Store, version with { Fingerprint = version.Fingerprint ?? fingerprint }, cancellation)).Map(
            known => new StepReport(message).With((Fact.Restored, known.Id), (Fact.RestoredFingerprint, known.Fingerprint)));
    }

    /// <summary>
    /// Whether this rotation wrote a version. Where the store keeps no tokens, its value tells; where that can't be read back either, it counts as ours once anything was written.
    /// </summary>
    private static async Task<Outcome<bool>> HasWrittenAsync(this RotationRun run, SecretVersion? version, CancellationToken cancellation)
    {
        if (version is null || version.Id == run[Fact.Previous] || version.Id == run[Fact.Candidate])
        {
            return version is not null && version.Id != run[Fact.Previous];
        }

        var capabilities = run.Store.CapabilitiesAt(run.Plan.Address);
        if (capabilities.HasFlag(StoreCapabilities.Idempotent) && version.Token is not null)
        {
            return version.Token == run.Record.Id || version.Token == RestoreToken(run);
        }

        if (!run.HasBegun(StepKind.Stage) || !capabilities.HasFlag(StoreCapabilities.Readable))
        {
            return run.HasBegun(StepKind.Stage);
        }

        return (await run.Store.ReadAsync(version.Address, VersionSelector.OfId(version.Id), cancellation)).Map(read =>
        {
            using var value = read.Value;
            return value?.Fingerprint == run[Fact.CandidateFingerprint];
        });
    }

    private static DateTimeOffset? RestoredAt(this RotationRun run) => run.Record.Steps.Find(static step => step.Kind == StepKind.Restore)?.ChangedAt;

    private static string RestoreToken(RotationRun run) => run.Record.Id + "-restore";

    /// <summary>The fact of when the old value was revoked: the first time, however often that is repeated.</summary>
    public static (string Name, string? Value) RevokedAt(this RotationRun run) => (Fact.RevokedAt, run[Fact.RevokedAt] ?? run.Services.Time.GetUtcNow().ToString("O"));

    /// <summary>Revokes the old version, once nobody uses it and the new one was seen to work.</summary>
    public static async Task<Outcome<StepReport>> RevokePreviousAsync(this RotationRun run, CancellationToken cancellation)
    {
        if (run.Previous() is not { } previous)
        {
            return new StepReport("There was no earlier version.");
        }

        var guard = new RevocationGuard(run.Store, run.Services.Journal, run.Services.Consumers);
        var allowed = await guard.CheckAsync(previous.Address, previous.Id, force: false, run.Strategy.Final(run), cancellation);
        return allowed.Failed(out var failure, out _)
            ? failure
            : (await run.Store.RevokeAsync(previous.Address, previous.Id, cancellation)).Map(
                version => new StepReport($"Version {version.Id} is revoked.").With(run.RevokedAt()));
    }

    /// <summary>Revokes the version that this rotation wrote at an address, if it wrote one: the store knows it by the rotation's token.</summary>
    public static async Task<Outcome<StepReport>> WithdrawAsync(
        this RotationRun run, SecretAddress address, string token, CancellationToken cancellation)
    {
        await foreach (var listed in run.Store.ListVersionsAsync(address, cancellation))
        {
            if (!listed.Succeeded(out var version, out var failure))
            {
                return failure.Code == FailureCode.SecretNotFound ? Nothing() : failure;
            }

            // Where the store keeps no tokens, the record tells.
            if (version.Token == token || (version.Token is null && (version.Id == run[Fact.Candidate] || await IsUnnotedAsync(run, version, cancellation))))
            {
                return (await run.Store.RevokeAsync(address, version.Id, cancellation)).Map(
                    static revoked => new StepReport($"Version {revoked.Id} is withdrawn."));
            }
        }

        return Nothing();

        static StepReport Nothing() => new("Nothing had been written.");
    }

    // A death between a write and the note that it was written leaves a version whose value alone tells whose it is.
    private static async Task<bool> IsUnnotedAsync(RotationRun run, SecretVersion version, CancellationToken cancellation) =>
        run[Fact.Candidate] is null && version.Stage == SecretStage.Previous && version.Id != run[Fact.Previous]
        && run.HasBegun(StepKind.Stage) && (await run.HasWrittenAsync(version, cancellation)).Succeeded(out var isOurs, out _) && isOurs;
}

/// <summary>What clients use.</summary>
/// <param name="Version">The version; null where there is none.</param>
internal readonly record struct CurrentVersion(SecretVersion? Version)
{
    /// <summary>Whether it is the candidate of a rotation: until the next rotation replaces it.</summary>
    public bool IsCandidateOf(RotationRun run) => Version is { } version && version.Address.Equals(run.Strategy.Final(run).Address) && version.Id == run.Strategy.Final(run).Id;
}
