using System.Management.Automation;
using System.Runtime.InteropServices;
using System.Security;
using RotateSecrets.Secrets;

namespace RotateSecrets.Binding;

/// <summary>
/// Takes a secret from a SecureString, a PSCredential (its password), bytes, a version that was read with -Reveal, or text.
/// It never fails: a binding error would show the input. What can't be a secret becomes null, and the cmdlet says so.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretValueTransformationAttribute : ArgumentTransformationAttribute
{
    /// <summary>Null is handed on as null: the cmdlet's own check answers it.</summary>
    public override bool TransformNullOptionalParameters => false;

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        inputData is System.Collections.IEnumerable and not (string or byte[]) && Unwrap(inputData) is System.Collections.IList list
            ? list.Cast<object?>().Select(One).ToArray()
            : One(inputData);

    private static SecretValue? One(object? input) => Unwrap(input) switch
    {
        SecretValue value => value,
        SecretVersion version => version.Value,
        SecureString secure => FromSecureString(secure),
        PSCredential credential => CredentialUser.Remember(FromSecureString(credential.Password), credential.UserName),
        byte[] bytes => SecretValue.FromBytes(bytes),
        string text => PlainText.Mark(SecretValue.FromText(text)),
        _ => null,
    };

    private static object? Unwrap(object? input) => input is PSObject wrapped ? wrapped.BaseObject : input;

    private static SecretValue FromSecureString(SecureString secure)
    {
        var characters = Marshal.SecureStringToGlobalAllocUnicode(secure);
        try
        {
            unsafe
            {
                return SecretValue.FromText(new ReadOnlySpan<char>((char*)characters, secure.Length));
            }
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(characters);
        }
    }
}
