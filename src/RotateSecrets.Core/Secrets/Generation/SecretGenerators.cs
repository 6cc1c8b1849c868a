using System.Globalization;
using RotateSecrets.Documents;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Secrets.Generation;

/// <summary>Makes generators of a format's name and options, as plans write them and New-SecretValue takes them.</summary>
/// <param name="ed25519">Makes Ed25519 keys; asked only when one is wanted.</param>
public sealed class SecretGenerators(Func<Outcome<IEd25519Source>> ed25519)
{
    /// <summary>What a secret should at least have, in bits.</summary>
    public const double LeastEntropyBits = 128;

    private const string Encoding = "Encoding";
    private const string AllowWeak = "AllowWeak";

    private static readonly Dictionary<string, string[]> Formats = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Hex"] = ["ByteCount"],
        ["Base64"] = ["ByteCount"],
        ["Base64Url"] = ["ByteCount"],
        ["Password"] = ["Length", "CharacterClass", "Exclude"],
        ["Passphrase"] = ["WordCount", "Separator"],
        ["Guid"] = [],
        ["Rsa"] = ["KeySize", Encoding],
        ["Ecdsa"] = ["Curve", Encoding],
        ["Ed25519"] = [Encoding],
    };

    /// <summary>A generator for a format.</summary>
    /// <param name="format">Hex, Base64, Base64Url, Password, Passphrase, Guid, Rsa, Ecdsa or Ed25519, not told apart by case.</param>
    /// <param name="options">The format's options and AllowWeak, by name, not told apart by case; what is left out is as New-SecretValue has it.</param>
    /// <returns>The generator, or <see cref="FailureCode.ValueInvalid"/>, or <see cref="FailureCode.ValueTooWeak"/> under 128 bits.</returns>
    public Outcome<ISecretGenerator> Of(string format, IReadOnlyDictionary<string, string> options)
    {
        if (!Formats.TryGetValue(format, out var known))
        {
            return Invalid($"There is no format '{format}': {Spelling.Suggest(format, [.. Formats.Keys])}");
        }

        if (options.Keys.FirstOrDefault(name => !known.Append(AllowWeak).Contains(name, StringComparer.OrdinalIgnoreCase)) is { } stray)
        {
            return Invalid($"The format {format} has no option '{stray}': {Spelling.Suggest(stray, [.. known, AllowWeak])}");
        }

        var made = Make(new Options(options), format.ToUpperInvariant());
        return made.Succeeded(out var generator, out _) && generator.EntropyBits < LeastEntropyBits && !options.ContainsKey(AllowWeak)
            ? new Failure(
                FailureCode.ValueTooWeak,
                format,
                string.Create(CultureInfo.InvariantCulture, $"That would have {generator.EntropyBits:0.#} bits of entropy; a secret should have at least {LeastEntropyBits}."))
            : made;
    }

    private static Failure Invalid(string message) => new(FailureCode.ValueInvalid, "value", message);

    private Outcome<ISecretGenerator> Make(Options options, string format)
    {
        try
        {
            return format switch
            {
                "HEX" => Outcome.Of<ISecretGenerator>(Bytes(options, ByteEncoding.Hex)),
                "BASE64" => Outcome.Of<ISecretGenerator>(Bytes(options, ByteEncoding.Base64)),
                "BASE64URL" => Outcome.Of<ISecretGenerator>(Bytes(options, ByteEncoding.Base64Url)),
                "PASSWORD" => PasswordGenerator.Create(
                    options.Whole("Length", PasswordGenerator.DefaultLength, 1, PasswordGenerator.MostCharacters),
                    options.Choice("CharacterClass", CharacterClass.All),
                    options.Text("Exclude", string.Empty)).Map<ISecretGenerator>(static generator => generator),
                "PASSPHRASE" => Outcome.Of<ISecretGenerator>(new PassphraseGenerator(
                    options.Whole("WordCount", PassphraseGenerator.DefaultWordCount, 1, PassphraseGenerator.MostWords), options.Text("Separator", "-"))),
                "GUID" => Outcome.Of<ISecretGenerator>(new GuidGenerator()),
                "RSA" => Rsa(options),
                "ECDSA" => Outcome.Of<ISecretGenerator>(new EcdsaGenerator(options.Choice("Curve", EllipticCurve.P256), options.Choice(Encoding, KeyEncoding.Pem))),
                _ => ed25519().Map<ISecretGenerator>(source => new Ed25519Generator(source, options.Choice(Encoding, KeyEncoding.Pem))),
            };
        }
        catch (FormatException e)
        {
            return Invalid(e.Message);
        }
    }

    private static RandomBytesGenerator Bytes(Options options, ByteEncoding encoding) =>
        new(options.Whole("ByteCount", RandomBytesGenerator.DefaultByteCount, 1, RandomBytesGenerator.MostBytes), encoding);

    private static Outcome<ISecretGenerator> Rsa(Options options)
    {
        var size = options.Whole("KeySize", RsaGenerator.DefaultKeySize, 2048, 4096);
        return size is 2048 or 3072 or 4096
            ? new RsaGenerator(size, options.Choice(Encoding, KeyEncoding.Pem))
            : Invalid("An RSA key has 2048, 3072 or 4096 bits.");
    }

    private readonly struct Options(IReadOnlyDictionary<string, string> texts)
    {
        public string Text(string name, string otherwise)
        {
            foreach (var (key, text) in texts)
            {
                if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return text;
                }
            }

            return otherwise;
        }

        public int Whole(string name, int otherwise, int least, int most)
        {
            var text = Text(name, otherwise.ToString(CultureInfo.InvariantCulture));
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw new FormatException(FormattableString.Invariant($"{name} is a whole number from {least} to {most}."));
        }

        public T Choice<T>(string name, T otherwise)
            where T : struct, Enum =>
            Enum.TryParse<T>(Text(name, otherwise.ToString()), ignoreCase: true, out var choice)
                ? choice
                : throw new FormatException($"{name} is one of: {string.Join(", ", Enum.GetNames<T>())}.");
    }
}
