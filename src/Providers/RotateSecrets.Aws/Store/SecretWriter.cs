using RotateSecrets.Aws.Calls;
using RotateSecrets.Aws.Checks;
using RotateSecrets.Aws.Values;
using RotateSecrets.Aws.Versions;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Store;

/// <summary>Writes versions.</summary>
/// <param name="calls">Calls the service.</param>
/// <param name="reader">Reads it.</param>
/// <param name="labels">Moves labels.</param>
/// <param name="retirement">Gives back what was taken away.</param>
/// <param name="time">The clock.</param>
internal sealed class SecretWriter(SecretsManagerCalls calls, SecretReader reader, LabelMover labels, Retirement retirement, TimeProvider time)
{
    private readonly ContentComposer composer = new(reader);

    public async Task<Outcome<SecretVersion>> PutAsync(PutRequest request, CancellationToken cancellation)
    {
        var address = request.Address;
        if (request.Stage is not (SecretStage.Pending or SecretStage.Current))
        {
            return new Failure(FailureCode.StageForbidden, address.ToString(), $"A version can't be written as {request.Stage}, only as Pending or Current.");
        }

        if (request.Value.Length == 0)
        {
            return new Failure(FailureCode.ValueInvalid, address.ToString(), $"An empty value can't be stored at {address}.");
        }

        var id = VersionToken.IdOf(request.Token);
        if (!(await reader.ViewAsync(address, cancellation)).Succeeded(out var view, out var failure))
        {
            return failure.Code == FailureCode.SecretNotFound ? await CreateAsync(request, id, failure, cancellation) : failure;
        }

        if (await ObstacleAsync(request, view, cancellation) is { } obstacle)
        {
            return obstacle;
        }

        if (view.Description.DeletedDate is not null)
        {
            request = request with { ExpectedVersion = view.Current?.Id };
        }

        if (view.Find(id) is { } earlier)
        {
            return await RepeatAsync(request, earlier, cancellation);
        }

        return (WriteRules.Conflict(request, view) ?? WriteRules.TooOften(address, view, calls.Scopes.Of(address), time.GetUtcNow())) is { } conflict
            ? conflict
            : await WriteAsync(request, id, view, cancellation);
    }

    private async Task<Failure?> ObstacleAsync(PutRequest request, SecretView view, CancellationToken cancellation)
    {
        if (view.Description.DeletedDate is { } deleted)
        {
            // Who takes it for absent means to make it again: what was deleted comes back, and gets its new value. So does what was taken away here.
            return request.ExpectedVersion == PutRequest.NoVersion || (request.ExpectedVersion is null && Retirement.IsRetired(view))
                ? await retirement.RestoreAsync(request.Address, view, cancellation)
                : AwsFailure.Deleted(request.Address.ToString(), SecretView.Moment(deleted));
        }

        return WriteRules.Owner(request.Address, view.Description);
    }

    private async Task<Outcome<SecretVersion>> CreateAsync(PutRequest request, string id, Failure absent, CancellationToken cancellation)
    {
        var address = request.Address;
        if (request.ExpectedVersion is { } expected && expected != PutRequest.NoVersion)
        {
            return WriteRules.Other(address, expected, null);
        }

        if (address.Path.StartsWith("arn:", StringComparison.Ordinal))
        {
            return absent;
        }

        if (WriteRules.NameFlaw(address) is { } flaw)
        {
            return flaw;
        }

        if (!ContentComposer.Compose(request, null).Succeeded(out var content, out var failure))
        {
            return failure;
        }

        using (content)
        {
            // The first version of a secret is made with it, and is current; a candidate is written into a secret without versions.
            var isCurrent = request.Stage == SecretStage.Current;
            if ((await calls.CreateAsync(address, isCurrent ? id : null, isCurrent ? content : null, cancellation)).Failed(out failure, out var made))
            {
                return failure.Code == FailureCode.VersionConflict ? WriteRules.Other(address, PutRequest.NoVersion, null) : failure;
            }

            // A stand-in may give versions ids of its own.
            var given = made.VersionId ?? id;
            calls.Recent.Note(address, view => !isCurrent || view.Find(given) is not null);
            var now = time.GetUtcNow();
            return isCurrent
                ? new LabelledVersion(given, [VersionLabels.Current], now).At(address, now)
                : await SendAsync(request, id, content, [VersionLabels.Pending, VersionLabels.Ours], cancellation);
        }
    }

    private async Task<Outcome<SecretVersion>> WriteAsync(PutRequest request, string id, SecretView view, CancellationToken cancellation)
    {
        var address = request.Address;
        var isGuarded = request is { Stage: SecretStage.Current, ExpectedVersion: not null } && view.Current is not null;
        using var whole = await composer.CurrentAsync(address, view, cancellation);
        if (whole.Failure is { } unread)
        {
            return unread;
        }

        if (!ContentComposer.Compose(request, whole.Content).Succeeded(out var content, out var failure))
        {
            return failure;
        }

        using (content)
        {
            string[] given = (request.Stage, isGuarded) switch
            {
                (SecretStage.Pending, _) => [VersionLabels.Pending, VersionLabels.Ours],
                (_, true) => [VersionLabels.Ours],
                _ => [VersionLabels.Current, VersionLabels.Ours],
            };
            var sent = await SendAsync(request, id, content, given, cancellation);
            return isGuarded && sent.Succeeded(out var version, out _)
                ? await TakeOverAsync(request, new LabelledVersion(version.Id, [VersionLabels.Ours], version.CreatedAt), cancellation)
                : sent;
        }
    }

    private async Task<Outcome<SecretVersion>> SendAsync(
        PutRequest request, string id, SecretContent content, string[] given, CancellationToken cancellation)
    {
        var answered = await calls.PutAsync(request.Address, id, content, given, cancellation);
        if (!answered.Succeeded(out var answer, out var failure))
        {
            // There is a version of that id which wasn't seen a moment ago: by its value it is told whose it is.
            return failure.Code == FailureCode.VersionConflict && (await reader.FreshViewAsync(request.Address, cancellation)).Succeeded(out var view, out _)
                && view.Find(id) is { } earlier
                    ? await RepeatAsync(request, earlier, cancellation)
                    : failure;
        }

        var now = time.GetUtcNow();
        calls.Recent.Note(request.Address, view => view.Find(answer.VersionId ?? id)?.Labels.IsSupersetOf(given) == true);
        var written = new LabelledVersion(answer.VersionId ?? id, [.. answer.VersionStages ?? [.. given]], now);
        if (calls.Scopes.Of(request.Address) is { } scope)
        {
            scope.Change(view => view.WithWritten(written.Id, written.Labels, now));
            scope.Remember(written.Id, content);
        }

        return written.At(request.Address, now);
    }

    // The write that came too late leaves no label behind, so that the service may delete its version.
    private async Task<Outcome<SecretVersion>> TakeOverAsync(PutRequest request, LabelledVersion written, CancellationToken cancellation)
    {
        var taken = await labels.TakeOverAsync(request.Address, written, request.ExpectedVersion, cancellation);
        if (taken.Failure is { Code: FailureCode.VersionConflict })
        {
            await calls.MoveLabelAsync(request.Address, VersionLabels.Ours, written.Id, null, cancellation);
        }

        return taken;
    }

    // A write with a token that was used: the same write if it has the same value, and another's token if not.
    private async Task<Outcome<SecretVersion>> RepeatAsync(PutRequest request, LabelledVersion earlier, CancellationToken cancellation)
    {
        var address = request.Address;
        if (earlier.Stage == SecretStage.Revoked)
        {
            return earlier.At(address, time.GetUtcNow());
        }

        if (!(await reader.ReadAsync(address, VersionSelector.OfId(earlier.Id), cancellation)).Succeeded(out var read, out var failure))
        {
            return failure;
        }

        using (read.Content)
        {
            if (!read.Content.At(address).Succeeded(out var stored, out failure))
            {
                return failure;
            }

            using (stored)
            {
                if (!request.Value.Equals(stored))
                {
                    return new Failure(
                        FailureCode.TokenReused, address.ToString(), $"Version {earlier.Id} of {address} was written with this token and another value.");
                }
            }
        }

        return request is { Stage: SecretStage.Current, ExpectedVersion: not null } && earlier.Labels.SetEquals([VersionLabels.Ours])
            ? await TakeOverAsync(request, earlier, cancellation)
            : earlier.At(address, time.GetUtcNow());
    }
}
