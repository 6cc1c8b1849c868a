using System.Globalization;

namespace RotateSecrets.Vault.Client;

/// <summary>A rate that requests keep to.</summary>
/// <param name="PerSecond">How many there may be a second, in the long run.</param>
/// <param name="Burst">How many there may be at once after a pause.</param>
internal sealed record RequestRate(double PerSecond, int Burst)
{
    /// <summary>Reads a rate as the vault program does: <c>50</c>, or <c>50:100</c> with a burst.</summary>
    /// <returns>The rate; null where it is none, or lets nothing pass.</returns>
    public static RequestRate? Read(string text)
    {
        var parts = text.Split(':');
        return parts.Length <= 2
            && double.TryParse(parts[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and < int.MaxValue
            && int.TryParse(parts.ElementAtOrDefault(1) ?? ((int)rate).ToString(CultureInfo.InvariantCulture), NumberStyles.None, CultureInfo.InvariantCulture, out var burst)
                ? new RequestRate(rate, Math.Max(1, burst))
                : null;
    }
}

/// <summary>Lets requests pass at a rate; without one, at once.</summary>
/// <param name="rate">The rate.</param>
/// <param name="time">The clock.</param>
internal sealed class RequestGate(RequestRate? rate, TimeProvider time)
{
    private readonly object gate = new();
    private double left = rate?.Burst ?? 0;
    private long seen = time.GetTimestamp();

    /// <summary>Waits for the next request's turn.</summary>
    public Task WaitAsync(CancellationToken cancellation)
    {
        if (rate is null)
        {
            return Task.CompletedTask;
        }

        lock (gate)
        {
            var now = time.GetTimestamp();
            left = Math.Min(rate.Burst, left + (time.GetElapsedTime(seen, now).TotalSeconds * rate.PerSecond)) - 1;
            seen = now;
            return left >= 0 ? Task.CompletedTask : Task.Delay(TimeSpan.FromSeconds(-left / rate.PerSecond), time, cancellation);
        }
    }
}
