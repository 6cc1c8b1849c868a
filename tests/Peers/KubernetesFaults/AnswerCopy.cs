using Microsoft.AspNetCore.Http;

namespace RotateSecrets.Peers.KubernetesFaults;

/// <summary>Brings an answer to the client that isn't to arrive whole, or a watch, which may be closed in good order at any time.</summary>
/// <param name="fault">What is to go wrong; null for nothing.</param>
/// <param name="closed">Closes a watch.</param>
internal sealed class AnswerCopy(ApiFault? fault, CancellationToken closed)
{
    public async Task CopyAsync(HttpContext context, HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (fault?.Kind == FaultKind.ResetAfter)
        {
            context.Abort();
            return;
        }

        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        if (fault?.Kind == FaultKind.HalfAnswer)
        {
            using var whole = new MemoryStream();
            await body.CopyToAsync(whole, cancellation);
            await context.Response.Body.WriteAsync(whole.GetBuffer().AsMemory(0, (int)whole.Length / 2), cancellation);
            await context.Response.Body.FlushAsync(cancellation);
            context.Abort();
            return;
        }

        await CopyEventsAsync(context, body, fault is { Kind: FaultKind.CloseWatch } ? fault.Events : int.MaxValue, cancellation);
    }

    // Returning from here ends the answer in good order, as a server does whose time for a watch is up.
    private async Task CopyEventsAsync(HttpContext context, Stream body, int events, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, closed);
        var buffer = new byte[64 * 1024];
        try
        {
            await context.Response.Body.FlushAsync(either.Token);
            for (var seen = 0; seen < events;)
            {
                var count = await body.ReadAsync(buffer, either.Token);
                if (count == 0)
                {
                    return;
                }

                var length = 0;
                while (length < count && seen < events)
                {
                    seen += buffer[length++] == '\n' ? 1 : 0;
                }

                await context.Response.Body.WriteAsync(buffer.AsMemory(0, length), either.Token);
                await context.Response.Body.FlushAsync(either.Token);
            }
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // Closed.
        }
        catch (IOException)
        {
            // The server has gone away in the middle of it: so does the proxy.
            context.Abort();
        }
    }
}
