using RotateSecrets.Aws.Calls;
using RotateSecrets.Aws.Values;
using RotateSecrets.Aws.Versions;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Store;

/// <summary>Reads what the service knows of a secret, and values. What was just written may not be found for a while: that is waited for, a few seconds at most.</summary>
/// <param name="calls">Calls the service.</param>
/// <param name="time">The clock.</param>
internal sealed class SecretReader(SecretsManagerCalls calls, TimeProvider time)
{
    private const int Attempts = 6;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    /// <summary>What a rotation already knows, or else what the service says now.</summary>
    public async Task<Outcome<SecretView>> ViewAsync(SecretAddress address, CancellationToken cancellation) =>
        calls.Scopes.Of(address)?.View is { } known ? known : await FreshViewAsync(address, cancellation);

    /// <summary>What the service says now, once that shows what was written here.</summary>
    public async Task<Outcome<SecretView>> FreshViewAsync(SecretAddress address, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var seen = await LookAsync(address, cancellation);
            var isThere = seen.Succeeded(out var view, out var failure);
            if (attempt >= Attempts || failure is { Code: not FailureCode.SecretNotFound } || calls.Recent.Shows(address, view))
            {
                if (isThere && calls.Scopes.Of(address) is { } scope)
                {
                    scope.View = view;
                }

                return seen;
            }

            await PauseAsync(attempt, cancellation);
        }
    }

    /// <summary>What the service says once it knows a version, or the last that it said.</summary>
    public async Task<Outcome<SecretView>> ViewWithAsync(SecretAddress address, string version, CancellationToken cancellation)
    {
        var seen = await ViewAsync(address, cancellation);
        for (var attempt = 1; attempt < Attempts && version.Length >= VersionToken.Shortest; attempt++)
        {
            if (seen.Failed(out _, out var view) || view.Find(version) is not null)
            {
                break;
            }

            await PauseAsync(attempt, cancellation);
            seen = await FreshViewAsync(address, cancellation);
        }

        return seen;
    }

    /// <summary>Reads one version's whole value. The caller disposes of it.</summary>
    public async Task<Outcome<(LabelledVersion Version, SecretContent Content)>> ReadAsync(
        SecretAddress address, VersionSelector selector, CancellationToken cancellation)
    {
        var scope = calls.Scopes.Of(address);
        if (scope?.View is { } known)
        {
            if (Select(known, selector) is not { } chosen)
            {
                return selector.Id is null ? NoVersion(address, selector) : await AskAsync(address, selector, cancellation);
            }

            return scope.ContentOf(chosen.Id) is { } content
                ? (chosen, content)
                : await AskAsync(address, VersionSelector.OfId(chosen.Id), cancellation);
        }

        // A label that was just moved may still be shown on the version that had it.
        if (calls.Recent.IsUnsettled(address) && selector.Id is null)
        {
            return (await FreshViewAsync(address, cancellation)).Failed(out var failure, out var view) ? failure
                : Select(view, selector) is { } labelled ? (await AskAsync(address, VersionSelector.OfId(labelled.Id), cancellation)).Map(read => (labelled, read.Content))
                : NoVersion(address, selector);
        }

        return await AskAsync(address, selector, cancellation);
    }

    /// <summary>Why a field can't be in the value that is current; null where it can, and where the value is hidden from the caller.</summary>
    public async Task<Failure?> FieldFlawAsync(SecretAddress address, SecretView view, CancellationToken cancellation)
    {
        if (address.Field is null || view.Current is not { } current)
        {
            return null;
        }

        if ((await ReadAsync(address, VersionSelector.OfId(current.Id), cancellation)).Failed(out var failure, out var read))
        {
            return failure.Code is FailureCode.AccessDenied or FailureCode.VersionNotFound ? null : failure;
        }

        using (read.Content)
        {
            return read.Content.FieldFlaw(address);
        }
    }

    public static Failure NoSecret(SecretAddress address) => new(FailureCode.SecretNotFound, address.ToString(), $"There is no secret at {address.Store}:{address.Path}.");

    public static Failure NoVersion(SecretAddress address, VersionSelector selector) =>
        new(FailureCode.VersionNotFound, address.ToString(), $"{address} has no {selector}.");

    private async Task<Outcome<SecretView>> LookAsync(SecretAddress address, CancellationToken cancellation)
    {
        if (!(await calls.DescribeAsync(address, cancellation)).Succeeded(out var description, out var failure)
            || !(await calls.ListVersionsAsync(address, cancellation)).Succeeded(out var versions, out failure))
        {
            return failure;
        }

        return SecretView.Of(description, versions);
    }

    private static LabelledVersion? Select(SecretView view, VersionSelector selector) =>
        selector.Id is { } id ? view.Find(id) : view.YoungestFirst.FirstOrDefault(version => version.Stage == selector.Stage);

    private async Task<Outcome<(LabelledVersion Version, SecretContent Content)>> AskAsync(
        SecretAddress address, VersionSelector selector, CancellationToken cancellation)
    {
        if (selector.Id is { Length: < VersionToken.Shortest } || selector.Stage == SecretStage.Revoked)
        {
            return await AbsentAsync(address, selector, cancellation);
        }

        var label = selector.Stage is { } stage ? VersionLabels.Of(stage) : null;
        for (var attempt = 1; ; attempt++)
        {
            var answered = await calls.GetValueAsync(address, selector.Id, label, cancellation);
            if (answered.Succeeded(out var answer, out var failure))
            {
                var version = new LabelledVersion(answer.VersionId ?? selector.Id ?? string.Empty, [.. answer.VersionStages ?? []], SecretView.Moment(answer.CreatedDate));
                if (SecretContent.Of(answer) is not { } content)
                {
                    return NoValue(address, version.Id);
                }

                if (version.Stage == SecretStage.Revoked || (selector.Stage is { } wanted && version.Stage != wanted))
                {
                    content.Dispose();
                    return version.Stage == SecretStage.Revoked ? Revoked(address, version.Id) : NoVersion(address, selector);
                }

                calls.Scopes.Of(address)?.Remember(version.Id, content);
                return (version, content);
            }

            if (failure.Code != FailureCode.SecretNotFound)
            {
                return failure;
            }

            // Not found may be the secret, the version or its label; and it may only be too early.
            if (!(await FreshViewAsync(address, cancellation)).Succeeded(out var view, out failure))
            {
                return failure;
            }

            var seen = Select(view, selector);
            if (attempt >= Attempts || (selector.Id is null && seen is null))
            {
                return seen is null ? NoVersion(address, selector) : NoValue(address, seen.Id);
            }

            await PauseAsync(attempt, cancellation);
        }
    }

    private async Task<Outcome<(LabelledVersion Version, SecretContent Content)>> AbsentAsync(
        SecretAddress address, VersionSelector selector, CancellationToken cancellation) =>
        (await ViewAsync(address, cancellation)).Failed(out var failure, out _) ? failure : NoVersion(address, selector);

    // A function that ended too early makes such a version.
    private static Failure NoValue(SecretAddress address, string id) =>
        new(FailureCode.VersionNotFound, address.ToString(), $"Version {id} of {address.Store}:{address.Path} has no value.")
        {
            Remedy = "Whoever made it has not put a value there yet; see the log of the function that rotates it.",
        };

    private static Failure Revoked(SecretAddress address, string id) =>
        new(FailureCode.VersionNotFound, address.ToString(), $"Version {id} of {address} was revoked: it has no staging label, and AWS deletes its value in its own time.");

    private Task PauseAsync(int attempt, CancellationToken cancellation) => Task.Delay(FirstPause * Math.Pow(2, attempt - 1), time, cancellation);
}
