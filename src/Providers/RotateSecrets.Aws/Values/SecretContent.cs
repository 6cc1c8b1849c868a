using System.Security.Cryptography;
using System.Text.Unicode;
using Amazon.SecretsManager.Model;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Values;

/// <summary>The whole value of a version, and which of its two kinds it is.</summary>
/// <param name="Value">The value.</param>
/// <param name="IsBinary">Whether it is a SecretBinary, and no SecretString.</param>
internal sealed record SecretContent(SecretValue Value, bool IsBinary) : IDisposable
{
    /// <summary>The most bytes that a value may have (SecretStringType and SecretBinaryType of the service model).</summary>
    public const int Longest = 65536;

    public static SecretContent? Of(GetSecretValueResponse answer)
    {
        if (answer.SecretString is { } text)
        {
            return new SecretContent(SecretValue.FromText(text), IsBinary: false);
        }

        return answer.SecretBinary is { } bytes
            ? new SecretContent(SecretValue.Take(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)), IsBinary: true)
            : null;
    }

    /// <summary>The bytes that a request carries; null where it carries text.</summary>
    public MemoryStream? Binary => IsBinary ? Value.Reveal(static bytes => new MemoryStream(bytes.ToArray(), 0, bytes.Length, writable: true, publiclyVisible: true)) : null;

    /// <summary>The text that a request carries; null where it carries bytes.</summary>
    public string? Text => IsBinary ? null : Value.Reveal();

    /// <summary>Text where it can be text, unless the secret has been binary so far: its readers look there.</summary>
    public static SecretContent Write(SecretValue value, bool wasBinary) =>
        new(Copy(value), wasBinary || !value.Reveal(static bytes => Utf8.IsValid(bytes)));

    public SecretContent Copy() => this with { Value = Copy(Value) };

    /// <summary>The value, or that of one field in it. The caller disposes of it.</summary>
    public Outcome<SecretValue> At(SecretAddress address) => (address.Field, IsBinary) switch
    {
        (null, _) => Copy(Value),
        ({ } field, false) => JsonFields.Read(Value, field, address),
        (_, true) => FieldFlaw(address)!,
    };

    /// <summary>Why the value has no fields, where the address names one; else null.</summary>
    public Failure? FieldFlaw(SecretAddress address) => (address.Field, IsBinary) switch
    {
        (null, _) => null,
        (_, false) => JsonFields.Flaw(Value, address),
        (_, true) => new Failure(FailureCode.ValueInvalid, address.ToString(), $"{address.Store}:{address.Path} is binary, so it has no field {address.Field}.")
        {
            Remedy = "Leave out the # and what follows it.",
        },
    };

    /// <inheritdoc/>
    public void Dispose() => Value.Dispose();

    /// <summary>Zeroes the bytes that a request has carried.</summary>
    public static void Clear(MemoryStream? sent)
    {
        if (sent is not null)
        {
            CryptographicOperations.ZeroMemory(sent.GetBuffer());
        }
    }

    private static SecretValue Copy(SecretValue value) => value.Reveal(bytes => SecretValue.FromBytes(bytes, value.EntropyBits));
}
