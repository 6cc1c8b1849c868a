using System.Management.Automation;
using RotateSecrets.Secrets;

namespace RotateSecrets.Binding;

/// <summary>Lets an address be typed as text: <c>store:path#field</c>. Whatever isn't text is left to the binder.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAddressTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            string text => SecretAddress.TryParse(text).Succeeded(out var address, out var failure)
                ? address
                : throw new ArgumentTransformationMetadataException($"{failure.Message} {failure.Remedy}"),
            _ => inputData,
        };
}
