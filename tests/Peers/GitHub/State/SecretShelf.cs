using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sodium;

namespace RotateSecrets.Peers.GitHub.State;

/// <summary>What a secret is given to.</summary>
public enum SecretUse
{
    Actions,
    Dependabot,
    Codespaces,
}

/// <summary>Which repositories get an organisation's secret.</summary>
public enum SecretVisibility
{
    All,
    Private,
    Selected,
}

/// <summary>A secret as the server has it.</summary>
/// <param name="name">Its name, in capitals.</param>
/// <param name="createdAt">When it was first written, in whole seconds.</param>
public sealed class StoredSecret(string name, DateTimeOffset createdAt)
{
    public string Name => name;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>What runs are given. Where the box was sealed for another scope's key, what came out of it: nothing that anybody wrote.</summary>
    public byte[] Value { get; set; } = [];

    /// <summary>Whether the box was sealed for another key than the scope's.</summary>
    public bool IsGarbage { get; set; }

    /// <summary>The value as text.</summary>
    public string Text => Encoding.UTF8.GetString(Value);

    public SecretVisibility Visibility { get; set; }

    /// <summary>The ids of the repositories that get it, where the visibility is <see cref="SecretVisibility.Selected"/>.</summary>
    public SortedSet<long> Selected { get; } = [];

    /// <summary>How often it was written.</summary>
    public int Writes { get; set; }
}

/// <summary>The secrets of one scope and one use, with a key pair of their own.</summary>
/// <param name="slots">How many it takes.</param>
/// <param name="time">Stamps the writes.</param>
public sealed class SecretShelf(int slots, TimeProvider time)
{
    private readonly Dictionary<string, StoredSecret> secrets = new(StringComparer.OrdinalIgnoreCase);
    private KeyPair? pair;

    /// <summary>How many it takes.</summary>
    /// <remarks>Source: GitHub's page "Secrets reference": 100 for a repository, 100 for an environment, 1,000 for an organisation.</remarks>
    public int Slots { get; set; } = slots;

    public IEnumerable<StoredSecret> All => secrets.Values.OrderBy(static secret => secret.Name, StringComparer.Ordinal);

    public int Count => secrets.Count;

    /// <summary>The id of the key: decimal digits.</summary>
    public string KeyId { get; private set; } = NewId();

    public byte[] PublicKey => Pair.PublicKey;

    private KeyPair Pair => pair ??= PublicKeyBox.GenerateKeyPair();

    public StoredSecret? Find(string name) => secrets.GetValueOrDefault(name);

    /// <summary>Has a new key from now on, as a scope does now and then.</summary>
    public void ChangeKey()
    {
        pair = PublicKeyBox.GenerateKeyPair();
        KeyId = NewId();
    }

    /// <summary>Opens a box; null where it was sealed for another key.</summary>
    public byte[]? Open(byte[] box)
    {
        try
        {
            return SealedPublicKeyBox.Open(box, Pair);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Writes a value: as the API does, or as somebody else would behind the operator's back.</summary>
    public StoredSecret Put(string name, byte[] value, bool isGarbage = false)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        if (!secrets.TryGetValue(name, out var secret))
        {
            secrets[name] = secret = new StoredSecret(name.ToUpperInvariant(), now);
        }

        secret.Value = value;
        secret.IsGarbage = isGarbage;
        secret.UpdatedAt = now;
        secret.Writes++;
        return secret;
    }

    public StoredSecret Put(string name, string value) => Put(name, Encoding.UTF8.GetBytes(value));

    public bool Remove(string name) => secrets.Remove(name);

    private static string NewId() => RandomNumberGenerator.GetInt32(1_000_000, int.MaxValue).ToString(CultureInfo.InvariantCulture) + "549743";
}
