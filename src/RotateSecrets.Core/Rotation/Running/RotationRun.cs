using System.Globalization;
using System.Threading.Channels;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Strategies;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Running;

/// <summary>A rotation while it is under way: its plan, its store, its lease, and its record so far.</summary>
internal sealed class RotationRun : IDisposable
{
    private readonly ChannelWriter<Outcome<RotationEvent>> events;
    private readonly CancellationTokenSource overtaken = new();
    private readonly IStoreScope? scope;

    public RotationRun(
        RotationServices services,
        RotationPlan plan,
        RotationOptions options,
        ISecretStore store,
        SecretRotation record,
        RotationLease lease,
        ChannelWriter<Outcome<RotationEvent>> events)
    {
        this.events = events;
        Services = services;
        Plan = plan;
        Options = options;
        Store = new FencedStore(store, RenewAsync);
        Record = record;
        Lease = lease;
        Rotator = store as ISelfRotatingStore;
        Retirer = store as IRetiringStore;
        HasPolicies = store is IPolicyStore;
        scope = options.Emergency ? (store as IScopedStore)?.EnterUrgently(plan.Address) : (store as IScopedStore)?.Enter(plan.Address);
    }

    /// <summary>The store's own way of rotating; null where it has none.</summary>
    public ISelfRotatingStore? Rotator { get; }

    /// <summary>The store's own way of putting a version away; null where it has none.</summary>
    public IRetiringStore? Retirer { get; }

    /// <summary>Whether what is permitted is said path by path, so that a second name may not be.</summary>
    public bool HasPolicies { get; }

    /// <summary>How many requests the store has made for it in this process; null where the store doesn't count.</summary>
    public int? Requests => scope?.Requests;

    public RotationServices Services { get; }

    public RotationPlan Plan { get; }

    public RotationOptions Options { get; }

    /// <summary>The store. Each write to it checks the lease first.</summary>
    public ISecretStore Store { get; }

    public IRotationStrategy Strategy => RotationStrategy.Named(Record.Strategy);

    public SecretRotation Record { get; private set; }

    public RotationLease Lease { get; private set; }

    /// <summary>Cancelled once somebody else has taken the rotation over.</summary>
    public CancellationToken Overtaken => overtaken.Token;

    /// <summary>Whether it goes on: it has neither ended nor failed nor been stopped, in this process.</summary>
    public bool IsActive { get; private set; } = true;

    /// <summary>Why the step at hand could not be done, until it was decided what becomes of it.</summary>
    public Failure? LastFailure { get; set; }

    /// <summary>What is derived from the secret.</summary>
    public IReadOnlyList<RotationPlan> Children { get; init; } = [];

    /// <summary>Rotates a derived secret, and answers with its rotation's id.</summary>
    public required Func<RotationRun, RotationPlan, CancellationToken, Task<Outcome<string>>> RunChildAsync { get; init; }

    /// <summary>Takes the events of a derived secret's rotation too.</summary>
    public ChannelWriter<Outcome<RotationEvent>> Events => events;

    /// <summary>What the events noted last under a name.</summary>
    public string? this[string fact] => Record.Facts.GetValueOrDefault(fact);

    /// <summary>Whether a step of this kind was begun, by whichever process.</summary>
    public bool HasBegun(StepKind kind) => Record.Steps.Exists(step => step.Kind == kind);

    /// <summary>Whether a revocation is owed.</summary>
    public bool Owes => Record.Debts.Exists(static debt => !debt.IsPaid);

    /// <summary>When a fact that is a time was noted.</summary>
    public DateTimeOffset? Moment(string fact) =>
        this[fact] is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind) : null;

    /// <summary>Appends an event; only what has reached the journal is part of the record.</summary>
    public async Task<Outcome<RotationEvent>> NoteAsync(RotationEvent happened)
    {
        // Not cancellable: an entry that is half asked for is worse than one that is waited for.
        var noted = await Services.Journal.AppendAsync(happened, Record.With(happened).State, Lease, CancellationToken.None);
        if (noted.Succeeded(out var entry, out var failure))
        {
            Record = Record.With(entry);
            events.TryWrite(entry);
        }
        else
        {
            await GiveUpAsync(failure);
        }

        return noted;
    }

    /// <summary>Notes what became of a consumer or a check, with its time: for whoever reads the report.</summary>
    /// <param name="kind"><see cref="Fact.Consumer"/> or <see cref="Fact.Probe"/>.</param>
    /// <param name="name">Which one.</param>
    /// <param name="since">When it began.</param>
    /// <param name="passed">Whether it came to what it should.</param>
    /// <param name="message">What was seen.</param>
    public Task<Outcome<RotationEvent>> ObserveAsync(string kind, string name, DateTimeOffset since, bool passed, string message) =>
        NoteAsync(Event(RotationEventKind.Noted, message) with
        {
            Facts = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [kind] = name,
                [Fact.Since] = since.ToString("O", CultureInfo.InvariantCulture),
                [Fact.Passed] = passed ? bool.TrueString : bool.FalseString,
            },
        });

    /// <summary>Opens a value that the journal keeps for it. The caller disposes of it.</summary>
    public async Task<Outcome<SecretValue>> UnsealAsync(string name, CancellationToken cancellation)
    {
        var unsealed = await Services.Journal.UnsealAsync(Record.Id, name, cancellation);
        if (unsealed.Succeeded(out var value, out _))
        {
            Options.OnValue(value);
        }

        return unsealed;
    }

    public RotationEvent Event(RotationEventKind kind, string message) =>
        new(Record.Id, Services.Time.GetUtcNow(), kind) { Message = message };

    /// <summary>Hands a failure to whoever listens.</summary>
    public void Tell(Failure failure) => events.TryWrite(failure);

    /// <summary>Ends the work on it in this process, and tells why.</summary>
    public async Task GiveUpAsync(Failure failure)
    {
        if (IsActive)
        {
            IsActive = false;
            events.TryWrite(failure);
            if (failure.Code == FailureCode.LeaseLost)
            {
                await overtaken.CancelAsync();
            }
        }
    }

    /// <summary>Ends the work on it in this process.</summary>
    public void Rest() => IsActive = false;

    /// <summary>Sees that it still is ours, and goes on being so for a whole term.</summary>
    public async Task<Outcome<RotationLease>> RenewAsync(CancellationToken cancellation)
    {
        var renewed = await Services.Journal.RenewAsync(Lease, Options.LeaseTerm, cancellation);
        if (renewed.Succeeded(out var lease, out var failure))
        {
            Lease = lease;
        }
        else if (failure.Code == FailureCode.LeaseLost)
        {
            await GiveUpAsync(failure);
        }

        return renewed;
    }

    public void Dispose()
    {
        overtaken.Dispose();
        scope?.Dispose();
    }
}
