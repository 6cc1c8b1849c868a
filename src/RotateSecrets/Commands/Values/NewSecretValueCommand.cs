using System.Globalization;
using System.Management.Automation;
using RotateSecrets.Secrets;
using RotateSecrets.Secrets.Generation;

namespace RotateSecrets.Commands;

/// <summary>Generates secret values from the system's secure random numbers.</summary>
[Cmdlet(VerbsCommon.New, "SecretValue", DefaultParameterSetName = "Hex")]
[OutputType(typeof(SecretValue))]
public sealed class NewSecretValueCommand : RotationCommand
{
    /// <summary>Random bytes as lower-case hexadecimal digits, as openssl rand -hex writes them. This is the default.</summary>
    [Parameter(ParameterSetName = "Hex")]
    public SwitchParameter Hex { get; set; }

    /// <summary>Random bytes in base64.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Base64")]
    public SwitchParameter Base64 { get; set; }

    /// <summary>Random bytes in base64 for URLs, without padding.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Base64Url")]
    public SwitchParameter Base64Url { get; set; }

    /// <summary>A password with at least one character of every class.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Password")]
    public SwitchParameter Password { get; set; }

    /// <summary>Words from a list of 2,048.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Passphrase")]
    public SwitchParameter Passphrase { get; set; }

    /// <summary>A random GUID. It has 122 bits of entropy, so it needs -AllowWeak.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Guid")]
    public SwitchParameter Guid { get; set; }

    /// <summary>An RSA key pair.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Rsa")]
    public SwitchParameter Rsa { get; set; }

    /// <summary>An ECDSA key pair.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Ecdsa")]
    public SwitchParameter Ecdsa { get; set; }

    /// <summary>An Ed25519 key pair.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Ed25519")]
    public SwitchParameter Ed25519 { get; set; }

    /// <summary>How many random bytes. Default: 32.</summary>
    [Parameter(ParameterSetName = "Hex")]
    [Parameter(ParameterSetName = "Base64")]
    [Parameter(ParameterSetName = "Base64Url")]
    [ValidateRange(1, RandomBytesGenerator.MostBytes)]
    public int ByteCount { get; set; }

    /// <summary>How many characters. Default: 24.</summary>
    [Parameter(ParameterSetName = "Password")]
    [ValidateRange(1, PasswordGenerator.MostCharacters)]
    public int Length { get; set; }

    /// <summary>Which classes of characters; of each there is at least one. Default: all.</summary>
    [Parameter(ParameterSetName = "Password")]
    public CharacterClass CharacterClass { get; set; }

    /// <summary>Characters that must not occur, such as those that are easily confused. Default: none.</summary>
    [Parameter(ParameterSetName = "Password")]
    [AllowEmptyString]
    public string Exclude { get; set; } = string.Empty;

    /// <summary>How many words. Default: 12.</summary>
    [Parameter(ParameterSetName = "Passphrase")]
    [ValidateRange(1, PassphraseGenerator.MostWords)]
    public int WordCount { get; set; }

    /// <summary>What stands between the words. Default: a hyphen.</summary>
    [Parameter(ParameterSetName = "Passphrase")]
    [AllowEmptyString]
    public string Separator { get; set; } = string.Empty;

    /// <summary>The size of the modulus in bits. 2048 has a strength of 112 bits, so it needs -AllowWeak. Default: 3072.</summary>
    [Parameter(ParameterSetName = "Rsa")]
    [ValidateSet("2048", "3072", "4096")]
    public int KeySize { get; set; }

    /// <summary>The curve. Default: P256.</summary>
    [Parameter(ParameterSetName = "Ecdsa")]
    public EllipticCurve Curve { get; set; }

    /// <summary>How a key pair is written: the private key is the value, the public key its PublicKey. Default: Pem.</summary>
    [Parameter(ParameterSetName = "Rsa")]
    [Parameter(ParameterSetName = "Ecdsa")]
    [Parameter(ParameterSetName = "Ed25519")]
    public KeyEncoding Encoding { get; set; }

    /// <summary>How many values. Default: 1.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>Allows less than 128 bits of entropy, or of strength.</summary>
    [Parameter]
    public SwitchParameter AllowWeak { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!Session.Generators.Of(ParameterSetName, Options()).Succeeded(out var generator, out var failure))
        {
            ThrowFailure(failure);
            return;
        }

        for (var i = 0; i < Count && !Stopping; i++)
        {
            var value = generator.Generate();
            Mask(value);
            WriteObject(value);
        }
    }

    private Dictionary<string, string> Options()
    {
        string[] names = [nameof(ByteCount), nameof(Length), nameof(CharacterClass), nameof(Exclude), nameof(WordCount), nameof(Separator), nameof(KeySize), nameof(Curve), nameof(Encoding)];
        var options = MyInvocation.BoundParameters
            .Where(bound => names.Contains(bound.Key, StringComparer.OrdinalIgnoreCase))
            .ToDictionary(static bound => bound.Key, static bound => Convert.ToString(bound.Value, CultureInfo.InvariantCulture)!, StringComparer.OrdinalIgnoreCase);
        if (AllowWeak)
        {
            options[nameof(AllowWeak)] = string.Empty;
        }

        return options;
    }
}
