using System.Security.Cryptography;
using System.Text;
using RotateSecrets.Consumers;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation.Plans;

/// <summary>How the new value takes the old one's place.</summary>
public enum StrategyKind
{
    /// <summary>Whatever the store can do: staged where it has stages, else side by side where a second name is possible.</summary>
    Automatic,

    /// <summary>As a pending version beside the current one.</summary>
    Staged,

    /// <summary>Under a second name, to which the references are pointed.</summary>
    SideBySide,

    /// <summary>Under a name of its own, to which the references are pointed for good; the old name is removed.</summary>
    Rename,

    /// <summary>In place of the old one, which is held in the journal.</summary>
    Overwrite,

    /// <summary>By the store's own function, which makes the new value and sets it in the service that it opens: it is started and followed to its end.</summary>
    Delegated,
}

/// <summary>What is to be rotated, and how.</summary>
/// <param name="Address">The secret.</param>
public sealed record RotationPlan(SecretAddress Address)
{
    /// <summary>How the new value takes the old one's place. Default: whatever the store can do.</summary>
    public StrategyKind Strategy { get; init; }

    /// <summary>How the new value is made. Default: 32 random bytes in hex.</summary>
    public ValueRecipe Value { get; init; } = ValueRecipe.Default;

    /// <summary>Which consumers, in which order. Default: all that are found, at once.</summary>
    public ConsumerSelection Consumers { get; init; } = ConsumerSelection.All;

    /// <summary>What is checked before, while and after.</summary>
    public IReadOnlyList<ProbeRecipe> Probes { get; init; } = [];

    /// <summary>What is to run for consumers that are workflows; null where nothing is.</summary>
    public RunRequest? Runs { get; init; }

    /// <summary>Who answers for the secret; null where nobody was named.</summary>
    public string? Owner { get; init; }

    /// <summary>Plan files of the secrets that are derived from this one, in full. They are rotated after it.</summary>
    public IReadOnlyList<string> Derived { get; init; } = [];

    /// <summary>For how long both values work after the new one was promoted and verified. Default: not at all.</summary>
    public TimeSpan Grace { get; init; }

    /// <summary>By when every instance must have the new value after it was restarted or told. Default: 5 minutes.</summary>
    public TimeSpan ConvergenceDeadline { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long each check may take. Default: 10 seconds.</summary>
    public TimeSpan ProbeDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a revocation may be owed before it is called out. Default: a day.</summary>
    public TimeSpan DebtLimit { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Whether a failed verification is undone at once. Default: it is.</summary>
    public bool UndoOnFailure { get; init; } = true;

    /// <summary>Whether the old value may be overwritten although nobody holds it. Default: it may not.</summary>
    public bool AllowIrreversible { get; init; }

    /// <summary>
    /// Where the current value of a secret is held that can't be read back from its own store: in another store, which can. It is proven to be the one that services accept, and kept up
    /// to date. Null where it is held nowhere else.
    /// </summary>
    public SecretAddress? HeldAt { get; init; }

    /// <summary>The file that the plan was read from; null for one that was put together.</summary>
    public string? File { get; init; }

    /// <summary>SHA-256 of all that the plan says, but for where it lies: two plans that say the same have the same hash.</summary>
    public string Hash => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(PlanText.Write(this)))).ToLowerInvariant();

    /// <summary>The address, and the file.</summary>
    public override string ToString() => File is null ? Address.ToString() : $"{Address} by {File}";
}
