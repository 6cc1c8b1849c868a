using System.Threading.Channels;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Strategies;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Running;

/// <summary>Begins rotations, takes them up again, and lets go of them.</summary>
/// <param name="services">What rotations need of the world.</param>
/// <param name="options">How they are run.</param>
/// <param name="events">Takes their events.</param>
/// <param name="runChildAsync">Rotates a derived secret.</param>
internal sealed class RotationOpening(
    RotationServices services,
    RotationOptions options,
    ChannelWriter<Outcome<RotationEvent>> events,
    Func<RotationRun, RotationPlan, CancellationToken, Task<Outcome<string>>> runChildAsync)
{
    private static readonly RotationState[] Unfinished = [RotationState.Running, RotationState.Stopped, RotationState.Failed, RotationState.Undoing];

    public static string NewId() => Guid.NewGuid().ToString("N");

    /// <summary>Begins a rotation. What earlier rotations of the secret still owe is tried again first.</summary>
    public async Task<Outcome<RotationRun>> BeginAsync(string id, RotationPlan plan, string group, string? parent, CancellationToken cancellation)
    {
        if (!services.Stores.StoreOf(plan.Address).Succeeded(out var store, out var failure)
            || !(await RotationStrategy.ChooseAsync(plan.Strategy, store, plan.Address, cancellation)).Succeeded(out var strategy, out failure)
            || !DescendantsOf(plan, parent).Succeeded(out var children, out failure))
        {
            return failure;
        }

        var key = RotationKey.Of(store, plan.Address);
        await PayDueAsync(key, cancellation);
        if (!(await services.Journal.TakeAsync(key, id, options.LeaseTerm, cancellation)).Succeeded(out var lease, out failure))
        {
            return failure;
        }

        // Under the lease, so that nobody begins another meanwhile.
        if (await UnfinishedAsync(key, plan, cancellation) is { } unfinished)
        {
            await services.Journal.ReleaseAsync(lease, CancellationToken.None);
            return unfinished;
        }

        var run = Open(plan, children, options, store, new SecretRotation(id), lease);
        return await NoteAsync(run, run.Event(RotationEventKind.Begun, $"Rotating {plan.Address} ({strategy.Kind}).") with
        {
            Facts = Facts(plan, store, strategy, group, parent, lease),
        });
    }

    /// <summary>Takes up a rotation that has not ended.</summary>
    public Task<Outcome<RotationRun>> TakeUpAsync(string id, CancellationToken cancellation) => TakeUpAsync(
        id,
        static record => record.HasEnded
            ? new Failure(FailureCode.RotationNotFound, record.Id, $"The rotation {record.Id} of {record.Address} has ended: {record.State}.")
            {
                Remedy = record.State == RotationState.CompletedWithDebt ? $"Make the revocation that it owes with Resume-SecretRotation {record.Id} -Debt." : null,
            }
            : null,
        cancellation);

    /// <summary>Tries again to make the revocations that a rotation owes.</summary>
    /// <returns>The rotation's id, or why nothing could be tried.</returns>
    public async Task<Outcome<string>> PayDebtsAsync(string id, bool evenIfNotDue, CancellationToken cancellation)
    {
        var taken = await TakeUpAsync(
            id,
            static record => record.Debts.TrueForAll(static debt => debt.IsPaid)
                ? new Failure(FailureCode.RotationNotFound, record.Id, $"The rotation {record.Id} of {record.Address} owes nothing.")
                : null,
            cancellation);
        if (!taken.Succeeded(out var run, out var failure))
        {
            return failure;
        }

        await DebtCollector.CollectAsync(run, evenIfNotDue, cancellation);
        await CloseAsync(run);
        return id;
    }

    private async Task PayDueAsync(string key, CancellationToken cancellation)
    {
        var now = services.Time.GetUtcNow();
        await foreach (var listed in services.Journal.ListAsync(new RotationQuery { Key = key, States = [RotationState.CompletedWithDebt] }, cancellation))
        {
            if (listed.Succeeded(out var id, out _)
                && (await services.Journal.ReadAsync(id, cancellation)).Succeeded(out var past, out _)
                && SecretRotation.Of(id, past).Debts.Exists(debt => !debt.IsPaid && debt.DueAt <= now)
                && (await PayDebtsAsync(id, evenIfNotDue: false, cancellation)).Failed(out var failure, out _))
            {
                events.TryWrite(failure);
            }
        }
    }

    private async Task<Outcome<RotationRun>> TakeUpAsync(string id, Func<SecretRotation, Failure?> refuse, CancellationToken cancellation)
    {
        if (!(await services.Journal.ReadAsync(id, cancellation)).Succeeded(out var past, out var failure))
        {
            return failure;
        }

        var record = SecretRotation.Of(id, past);
        if (refuse(record) is { } refusal)
        {
            return refusal;
        }

        if (!PlanText.Read(record.Facts[Fact.Plan]).Succeeded(out var plan, out failure)
            || !services.Stores.StoreOf(plan.Address).Succeeded(out var store, out failure)
            || !DescendantsOf(plan, record.Parent).Succeeded(out var children, out failure))
        {
            return failure;
        }

        if (store.Description.Location != record.Store)
        {
            return new Failure(
                FailureCode.StoreNotConnected, plan.Address.Store, $"The rotation {id} is about {record.Store}; connected as '{plan.Address.Store}' is {store.Description.Location}.")
            {
                Remedy = "Connect the store that the rotation was begun with, under the same name.",
            };
        }

        if (!(await services.Journal.TakeAsync(RotationKey.Of(store, plan.Address), id, options.LeaseTerm, cancellation)).Succeeded(out var lease, out failure))
        {
            return failure;
        }

        // Whoever had it until now may have gone on with it, or ended it, since it was read.
        if (!(await services.Journal.ReadAsync(id, cancellation)).Succeeded(out past, out failure)
            || (failure = refuse(record = SecretRotation.Of(id, past))) is not null)
        {
            await services.Journal.ReleaseAsync(lease, CancellationToken.None);
            return failure;
        }

        var emergency = record.Emergency ? options with { Emergency = true } : options;
        var run = Open(plan, children, emergency, store, record, lease);
        return await NoteAsync(run, run.Event(RotationEventKind.Held, $"Taken up by {lease.Holder}.") with { Facts = Holding(lease) });
    }

    /// <summary>Lets go of a rotation.</summary>
    public static async Task CloseAsync(RotationRun run)
    {
        await run.Services.Journal.ReleaseAsync(run.Lease, CancellationToken.None);
        run.Dispose();
    }

    private static async Task<Outcome<RotationRun>> NoteAsync(RotationRun run, RotationEvent first)
    {
        var noted = await run.NoteAsync(first);
        if (noted.Failure is { } failure)
        {
            await CloseAsync(run);
            return failure;
        }

        return run;
    }

    // The first rotation of a run sees to all that is derived, also to what is derived from that: so each is rotated once, after all that it is derived from.
    private Outcome<IReadOnlyList<RotationPlan>> DescendantsOf(RotationPlan plan, string? parent) =>
        parent is null ? PlanGraph.Descendants(plan, services.Plans) : Outcome.Of<IReadOnlyList<RotationPlan>>([]);

    private async Task<Failure?> UnfinishedAsync(string key, RotationPlan plan, CancellationToken cancellation)
    {
        await foreach (var listed in services.Journal.ListAsync(new RotationQuery { Key = key, States = Unfinished, Limit = 1 }, cancellation))
        {
            if (!listed.Succeeded(out var id, out var failure) || !(await services.Journal.ReadAsync(id, cancellation)).Succeeded(out var past, out failure))
            {
                return failure;
            }

            var record = SecretRotation.Of(id, past);
            return record.PlanHash == plan.Hash
                ? new Failure(FailureCode.RotationUnfinished, plan.Address.ToString(), $"The rotation {id} of {plan.Address}, begun {record.StartedAt:u}, is {record.State}.")
                {
                    Remedy = $"Go on with Resume-SecretRotation {id}, or go back with Undo-SecretRotation {id}.",
                }
                : new Failure(
                    FailureCode.PlanChanged,
                    plan.Address.ToString(),
                    $"The rotation {id} of {plan.Address}, begun {record.StartedAt:u} with another plan, is {record.State}; this plan can't go on with it.")
                {
                    Remedy = $"Finish it with Resume-SecretRotation {id} or lead it back with Undo-SecretRotation {id}: both use the plan that it was begun with.",
                };
        }

        return null;
    }

    private Dictionary<string, string> Facts(
        RotationPlan plan, ISecretStore store, IRotationStrategy strategy, string group, string? parent, RotationLease lease)
    {
        var facts = Holding(lease);
        facts[Fact.Address] = plan.Address.ToString();
        facts[Fact.Store] = store.Description.Location;
        facts[Fact.Strategy] = strategy.Kind.ToString();
        facts[Fact.Plan] = PlanText.Write(plan);
        facts[Fact.PlanHash] = plan.Hash;
        facts[Fact.Run] = group;
        if (options.Emergency)
        {
            facts[Fact.Emergency] = bool.TrueString;
        }

        if (parent is not null)
        {
            facts[Fact.Parent] = parent;
        }

        return facts;
    }

    private RotationRun Open(
        RotationPlan plan, IReadOnlyList<RotationPlan> children, RotationOptions how, ISecretStore store, SecretRotation record, RotationLease lease) =>
        new(services, plan, how, store, record, lease, events) { Children = children, RunChildAsync = runChildAsync };

    private static Dictionary<string, string> Holding(RotationLease lease) => new(StringComparer.Ordinal)
    {
        [Fact.Holder] = lease.Holder,
        [Fact.Fence] = FormattableString.Invariant($"{lease.Fence}"),
    };
}
