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
    private const int Retries = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly ResiliencePropertyKey<VaultCall> CallKey = new("call");

    private readonly ResiliencePipeline<Reply> pipeline;

    public RetryPolicy(TimeProvider time) => pipeline = new ResiliencePipelineBuilder<Reply> { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions<Reply>
        {
            MaxRetryAttempts = Retries,
            Delay = FirstPause,
            MaxDelay = LongestPause,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Exception is null && MayPass(arguments.Context, arguments.Outcome.Result)),
            DelayGenerator = static arguments => ValueTask.FromResult(arguments.Outcome.Result.Succeeded(out var reply, out _) ? reply.RetryAfter : null),
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
