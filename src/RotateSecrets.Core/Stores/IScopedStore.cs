using RotateSecrets.Secrets;

namespace RotateSecrets.Stores;

/// <summary>
/// A store that is told for how long a rotation works on a secret: while it does, nobody else should, and so the store may go by what it has read and written itself
/// where the system would refuse a change that rests on something outdated.
/// </summary>
public interface IScopedStore
{
    /// <summary>A rotation begins to work on a secret, in this process.</summary>
    /// <param name="address">Which secret.</param>
    /// <returns>To be disposed of when it ends or rests.</returns>
    IStoreScope Enter(SecretAddress address);

    /// <summary>The same, in an emergency: limits that the store keeps of itself, and that protect in the long run alone, don't count for it.</summary>
    /// <param name="address">Which secret.</param>
    /// <returns>To be disposed of when it ends or rests.</returns>
    IStoreScope EnterUrgently(SecretAddress address) => Enter(address);
}

/// <summary>The time for which a rotation works on a secret.</summary>
public interface IStoreScope : IDisposable
{
    /// <summary>How many requests were made for the secret since then.</summary>
    int Requests { get; }
}
