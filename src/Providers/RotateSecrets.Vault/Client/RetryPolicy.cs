using System.Net;
using Polly;
using Polly.Retry;
using Effect = RotateSecrets.Outcomes.Effect;
using FailureCode = RotateSecrets.Outcomes.FailureCode;
using Reply = RotateSecrets.Outcomes.Outcome<RotateSecrets.Vault.Client.VaultReply>;

namespace RotateSecrets.Vault.Client;

/// <summary>Sends again what is safe to send again: what changes nothing, and what was refused before anything was done.</summary>
internal sealed class RetryPolicy
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    // What was written takes a moment to reach every node (the API's page "Eventual consistency"): as long as the server's own client waits.
    private static readonly TimeSpan CatchUpPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly ResiliencePropertyKey<VaultCall> CallKey = new("call");

    private readonly ResiliencePipeline<Reply> pipeline;

    /// <summary>A policy.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="retries">How often a request is sent again; 0 for not at all.</param>
    public RetryPolicy(TimeProvider time, int retries) => pipeline = retries == 0 ? ResiliencePipeline<Reply>.Empty : new ResiliencePipelineBuilder<Reply> { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions<Reply>
        {
            MaxRetryAttempts = retries,
            Delay = FirstPause,
            MaxDelay = LongestPause,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Exception is null && MayPass(arguments.Context, arguments.Outcome.Result)),
            DelayGenerator = static arguments => ValueTask.FromResult(arguments.Outcome.Result.Succeeded(out var reply, out _)
                ? reply.RetryAfter ?? (reply.Status == HttpStatusCode.PreconditionFailed ? CatchUpPause : null)
                : null),
            OnRetry = static arguments =>
            {
                if (arguments.Outcome.Result.Succeeded(out var reply, out _))
                {
                    reply.Dispose();
                }

                return default;
            },
        })
        .Build();

    public async Task<Reply> SendAsync(VaultCall call, Func<CancellationToken, Task<Reply>> send, CancellationToken cancellation)
    {
        var context = ResilienceContextPool.Shared.Get(cancellation);
        context.Properties.Set(CallKey, call);
        try
        {
            return await pipeline.ExecuteAsync(static async (context, send) => await send(context.CancellationToken), context, send);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static bool MayPass(ResilienceContext context, Reply outcome)
    {
        var isSafe = context.Properties.TryGetValue(CallKey, out var call) && call.IsSafe;
        return outcome.Succeeded(out var reply, out var failure)
            ? reply.Status switch
            {
                // Of a server's own health these two mean something else.
                HttpStatusCode.PreconditionFailed or HttpStatusCode.TooManyRequests => !call!.IsAnonymous && (reply.RetryAfter ?? TimeSpan.Zero) <= LongestPause,
                HttpStatusCode.BadRequest => reply.IsUpgrading,
                HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => isSafe,
                _ => false,
            }
            : failure.Code == FailureCode.StoreUnavailable && (isSafe || failure.Effect == Effect.None);
    }
}
