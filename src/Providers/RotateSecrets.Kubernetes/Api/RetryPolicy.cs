using Polly;
using Polly.Retry;
using Effect = RotateSecrets.Outcomes.Effect;
using FailureCode = RotateSecrets.Outcomes.FailureCode;
using Reply = RotateSecrets.Outcomes.Outcome<RotateSecrets.Kubernetes.Api.ApiReply>;

namespace RotateSecrets.Kubernetes.Api;

/// <summary>Sends again what is safe to send again: what reads or repeats harmlessly, and what was refused before anything was done.</summary>
internal sealed class RetryPolicy
{
    private const int Retries = 4;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestAsked = TimeSpan.FromSeconds(30);
    private static readonly ResiliencePropertyKey<ApiCall> CallKey = new("call");

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

    public async Task<Reply> SendAsync(ApiCall call, Func<CancellationToken, Task<Reply>> send, CancellationToken cancellation)
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
        var call = context.Properties.TryGetValue(CallKey, out var known) ? known : null;
        var isSafe = call is { IsSafe: true };
        return outcome.Succeeded(out var reply, out var failure)
            ? reply.Status switch
            {
                // An eviction that is refused by a disruption budget is answered the same way, and is the caller's to repeat.
                429 => call?.Subresource != "eviction" && (reply.RetryAfter ?? TimeSpan.Zero) <= LongestAsked,
                500 or 502 or 503 or 504 => isSafe && (reply.RetryAfter ?? TimeSpan.Zero) <= LongestAsked,
                _ => false,
            }
            : failure.Code == FailureCode.StoreUnavailable && (isSafe || failure.Effect == Effect.None);
    }
}
