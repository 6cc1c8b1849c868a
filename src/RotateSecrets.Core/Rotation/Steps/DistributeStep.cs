using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation.Steps;

/// <summary>Points references to where the value is, where a strategy keeps it under a second name. Who reads both names needs nothing.</summary>
internal sealed class DistributeStep : IRotationStep
{
    private readonly bool toSide;

    private DistributeStep(bool toSide, string purpose)
    {
        this.toSide = toSide;
        Purpose = purpose;
    }

    /// <summary>Before the promotion: to the second name.</summary>
    public static DistributeStep ToSide { get; } = new(true, "Point references to where the new value waits");

    /// <summary>After the promotion, and on the way back: to the first name.</summary>
    public static DistributeStep Home { get; } = new(false, "Point references back to the secret's own name");

    public StepKind Kind => StepKind.Distribute;

    public string Purpose { get; }

    public async Task<Outcome<StepReport>> DoAsync(RotationRun run, CancellationToken cancellation)
    {
        if (run.Strategy.SideOf(run) is not { } side)
        {
            return new StepReport("Everybody reads it where it is.");
        }

        if (!toSide && !run.Strategy.ReturnsHome && !run.Record.IsUndoing)
        {
            return new StepReport($"Everybody goes on reading {side}.");
        }

        var (from, to) = toSide ? (run.Plan.Address, side) : (side, run.Plan.Address);
        if (!(await ConsumersAsync(run, from, cancellation)).Succeeded(out var readers, out var failure)
            || !(await ConsumersAsync(run, to, cancellation)).Succeeded(out var already, out failure))
        {
            return failure;
        }

        // On the way back, what was proposed on the way there and not accepted is taken back.
        if (!toSide && run.Record.IsUndoing && await WithdrawAsync(run, already, new RepointRequest(to, from, run[Fact.Run]!) { RotationId = run.Record.Id }, cancellation) is { } unwithdrawn)
        {
            return unwithdrawn;
        }

        var request = new RepointRequest(from, to, run[Fact.Run]!) { RotationId = run.Record.Id, Directly = run.Plan.Runs?.Direct ?? false };
        return await PointAsync(
            run, readers.ExceptBy(already.Select(static consumer => consumer.Id), static consumer => consumer.Id, StringComparer.Ordinal), request, cancellation);
    }

    private static async Task<Outcome<StepReport>> PointAsync(RotationRun run, IEnumerable<Consumer> readers, RepointRequest request, CancellationToken cancellation)
    {
        var (pointed, left) = (0, 0);
        var proposed = new List<Repointing>();
        foreach (var consumer in readers)
        {
            if (!run.Services.Consumers.ControlOf(consumer).Succeeded(out var control, out var unpointed))
            {
                return unpointed;
            }

            // Who can't be pointed elsewhere gets the value with the promotion, under the name that it reads.
            if (control is not IConsumerRepointer repointer)
            {
                left++;
                continue;
            }

            if ((await run.RenewAsync(cancellation)).Failure is { } lost)
            {
                return lost;
            }

            if (!(await repointer.RepointAsync(consumer, request, cancellation)).Succeeded(out var repointing, out unpointed))
            {
                return unpointed;
            }

            if (repointing.IsInForce)
            {
                pointed++;
            }
            else
            {
                proposed.Add(repointing);
            }
        }

        if (proposed.Count > 0)
        {
            var places = string.Join(", ", proposed.Select(static one => one.Location?.ToString()).Distinct(StringComparer.Ordinal));
            return new Failure(
                FailureCode.Stopped,
                proposed[0].Consumer.Id,
                $"{string.Join(", ", proposed.Take(5).Select(static one => one.Consumer))} {(proposed.Count == 1 ? "has" : "have")} to be pointed to {request.To}: somebody has to accept the change at {places}.")
            {
                Remedy = "Accept it, then go on with Resume-SecretRotation.",
            };
        }

        return new StepReport(
            left == 0 ? $"{pointed} consumers were pointed to {request.To}." : $"{pointed} consumers were pointed to {request.To}; {left} can't be, and keep reading {request.From}.");
    }

    private static async Task<Failure?> WithdrawAsync(RotationRun run, IEnumerable<Consumer> consumers, RepointRequest request, CancellationToken cancellation)
    {
        foreach (var consumer in consumers)
        {
            if (run.Services.Consumers.ControlOf(consumer).Succeeded(out var control, out _)
                && control is IConsumerRepointer repointer
                && (await repointer.WithdrawAsync(consumer, request, cancellation)).Failure is { } failure)
            {
                return failure;
            }
        }

        return null;
    }

    private static async Task<Outcome<List<Consumer>>> ConsumersAsync(RotationRun run, SecretAddress address, CancellationToken cancellation)
    {
        var consumers = new List<Consumer>();
        await foreach (var found in run.Services.Consumers.FindAsync(address, cancellation))
        {
            if (!found.Succeeded(out var consumer, out var failure))
            {
                return failure;
            }

            if (run.Plan.Consumers.Takes(consumer))
            {
                consumers.Add(consumer);
            }
        }

        return consumers;
    }
}
