using System.Globalization;
using System.Management.Automation;

namespace RotateSecrets.Binding;

/// <summary>Takes a duration as a TimeSpan, as a number of seconds, or as text: 90s, 5m, 250ms, 00:01:30. (PowerShell itself takes a number for ticks.)</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            TimeSpan duration => duration,
            string text => Parse(text) ?? throw Refusal(text),
            IConvertible number and not (char or bool or DateTime) => Seconds(number.ToDouble(CultureInfo.InvariantCulture)) ?? throw Refusal(number),
            var other => throw Refusal(other),
        };

    private static TimeSpan? Parse(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) ? span : null;
        }

        var (unit, length) = text switch
        {
            [.., 'm', 's'] => (0.001, 2),
            [.., 's'] => (1d, 1),
            [.., 'm'] => (60d, 1),
            [.., 'h'] => (3600d, 1),
            _ => (1d, 0),
        };
        return double.TryParse(text[..^length], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? Seconds(number * unit) : null;
    }

    private static TimeSpan? Seconds(double seconds) =>
        double.IsFinite(seconds) && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;

    private static ArgumentTransformationMetadataException Refusal(object? input) =>
        new($"'{input}' is no duration. Write a number of seconds, or 90s, 5m, 250ms, 00:01:30.");
}
