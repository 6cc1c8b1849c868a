using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Binding;

/// <summary>
/// An address as an operator gives it: text of the form <c>store:path#field</c>, or a <see cref="SecretAddress"/>. Making one never fails: PowerShell's
/// own binding error would show the text, which may be a secret that was mistyped. The cmdlet says what is wrong instead.
/// </summary>
public sealed class AddressArgument
{
    /// <summary>Takes text.</summary>
    /// <param name="text">The text.</param>
    public AddressArgument(string? text) => Address = SecretAddress.TryParse(text);

    /// <summary>Takes an address.</summary>
    /// <param name="address">The address.</param>
    public AddressArgument(SecretAddress address) => Address = address;

    internal Outcome<SecretAddress> Address { get; }

    /// <summary>The address; nothing of a text that is none.</summary>
    public override string ToString() => Address.Succeeded(out var address, out _) ? address.ToString() : "(malformed address)";
}
