using System.Security.Cryptography;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Keys;

/// <summary>What opens a file's data key.</summary>
internal enum KeyWrapKind
{
    /// <summary>A key file.</summary>
    KeyFile = 1,

    /// <summary>A passphrase, through PBKDF2-SHA512.</summary>
    Passphrase = 2,
}

/// <summary>
/// A file's data key, sealed under a key that lies elsewhere: the envelope. To change the outer key, only this is sealed anew.
/// </summary>
/// <param name="Kind">What the outer key is made of.</param>
/// <param name="Salt">The salt of the passphrase.</param>
/// <param name="Rounds">The rounds of PBKDF2.</param>
/// <param name="Piece">The sealed data key.</param>
internal sealed record KeyWrap(KeyWrapKind Kind, byte[] Salt, long Rounds, byte[] Piece)
{
    // OWASP's figure for PBKDF2-HMAC-SHA512 is 210,000 (Password Storage Cheat Sheet, 2023); this is near three times that.
    private const int PassphraseRounds = 600_000;
    private const int MostRounds = 100_000_000;
    private const int SaltSize = 16;

    /// <summary>Makes a data key and wraps it.</summary>
    /// <param name="source">Where the outer key comes from.</param>
    /// <param name="fileId">Binds the wrap to its file.</param>
    public static Outcome<(KeyWrap Wrap, SecretValue DataKey)> Create(KeySource source, byte[] fileId)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltSize);
        var kind = source.Passphrase is null ? KeyWrapKind.KeyFile : KeyWrapKind.Passphrase;
        if (!OuterKey(source, kind, salt, PassphraseRounds).Succeeded(out var outer, out var failure))
        {
            return failure;
        }

        using (outer)
        {
            var dataKey = SecretValue.Create(KeyFile.KeySize, RandomNumberGenerator.Fill);
            return (new KeyWrap(kind, salt, PassphraseRounds, Sealing.Seal(outer, dataKey, fileId)), dataKey);
        }
    }

    /// <summary>Opens the data key.</summary>
    /// <param name="source">Where the outer key comes from.</param>
    /// <param name="fileId">The file's id.</param>
    /// <param name="path">The file, for messages.</param>
    public Outcome<SecretValue> Open(KeySource source, byte[] fileId, string path)
    {
        if (Kind == KeyWrapKind.Passphrase && source.Passphrase is null)
        {
            return new Failure(FailureCode.KeyMissing, path, $"{path} opens with a passphrase, and none was given.")
            {
                Remedy = "Give it: Connect-SecretStore -Local <store> -Passphrase (Read-Host -AsSecureString).",
            };
        }

        if (Kind == KeyWrapKind.KeyFile && source.Passphrase is not null)
        {
            return new Failure(FailureCode.KeyWrong, path, $"{path} opens with a key file, not with a passphrase. Nothing was changed.")
            {
                Remedy = "Name the key file instead: Connect-SecretStore -Local <store> -KeyFile <path>.",
            };
        }

        if (!OuterKey(source, Kind, Salt, Rounds).Succeeded(out var outer, out var failure))
        {
            return failure;
        }

        using (outer)
        {
            return Sealing.Open(outer, Piece, fileId) is { } dataKey
                ? dataKey
                : Kind == KeyWrapKind.KeyFile
                    ? KeyFile.Wrong(source.KeyFile, $"it doesn't open {path}")
                    : new Failure(FailureCode.KeyWrong, path, $"The passphrase doesn't open {path}. Nothing was changed.");
        }
    }

    private static Outcome<SecretValue> OuterKey(KeySource source, KeyWrapKind kind, byte[] salt, long rounds) => kind switch
    {
        KeyWrapKind.KeyFile => KeyFile.Read(source.KeyFile),
        KeyWrapKind.Passphrase when rounds is > 0 and <= MostRounds => source.Passphrase!.Reveal(passphrase =>
            SecretValue.Take(Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, (int)rounds, HashAlgorithmName.SHA512, KeyFile.KeySize))),
        _ => new Failure(FailureCode.StoreCorrupt, source.KeyFile, "The note of how the store is locked was altered."),
    };
}

/// <summary>Where the outer key comes from: the passphrase if there is one, else the key file.</summary>
/// <param name="KeyFile">The path of the key file.</param>
/// <param name="Passphrase">The passphrase, or null. It stays the caller's to dispose of.</param>
internal sealed record KeySource(string KeyFile, SecretValue? Passphrase);
