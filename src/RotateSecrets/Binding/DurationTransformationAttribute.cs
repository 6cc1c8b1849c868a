using System.Globalization;
using System.Management.Automation;
using RotateSecrets.Documents;

namespace RotateSecrets.Binding;

/// <summary>Takes a duration as a TimeSpan, as a number of seconds, or as text: 90s, 5m, 250ms, 00:01:30. (PowerShell itself takes a number for ticks.)</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var input = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return input switch
        {
            TimeSpan duration => duration,
            string text => Durations.Parse(text),
            IConvertible number and not (char or bool or DateTime) => Durations.OfSeconds(number.ToDouble(CultureInfo.InvariantCulture)),
            _ => null,
        } ?? throw new ArgumentTransformationMetadataException($"'{input}' is no duration. Write a number of seconds, or 90s, 5m, 250ms, 00:01:30.");
    }
}
