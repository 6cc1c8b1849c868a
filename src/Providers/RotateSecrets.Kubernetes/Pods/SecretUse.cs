using RotateSecrets.Consumers;
using RotateSecrets.Consumers.Templates;

namespace RotateSecrets.Kubernetes.Pods;

/// <summary>From where a workload gets a value.</summary>
internal enum UseSource
{
    /// <summary>A Secret of its namespace.</summary>
    Secret,

    /// <summary>A SecretProviderClass of its namespace.</summary>
    ProviderClass,

    /// <summary>A path of Vault, through the injector.</summary>
    Vault,
}

/// <summary>A place through which a pod gets a value.</summary>
/// <param name="Source">From where.</param>
/// <param name="Name">The Secret, the class or the path.</param>
/// <param name="Key">The key; null for all of them.</param>
/// <param name="Kind">What the place is: EnvironmentVariable, Volume ...</param>
/// <param name="Location">Which one.</param>
/// <param name="Uptake">How it takes a new value.</param>
internal sealed record SecretUse(UseSource Source, string Name, string? Key, string Kind, string Location, Uptake Uptake)
{
    /// <summary>How long a kubelet takes at most to bring a new value to the files of a volume: its sync period and its cache, 60 to 90 seconds.</summary>
    public static readonly TimeSpan VolumeDelay = TimeSpan.FromSeconds(90);

    /// <summary>How long an agent takes at most to render a new value of a key-value engine: 5 minutes, and a margin.</summary>
    public static readonly TimeSpan AgentDelay = TimeSpan.FromMinutes(6);

    /// <summary>By when it has brought a new value, where it does by itself.</summary>
    public TimeSpan Within { get; init; } = VolumeDelay;

    /// <summary>What a template or annotation of Vault's injector reads; null for other sources.</summary>
    public TemplateRead? Read { get; init; }

    /// <summary>As a consumer shows it.</summary>
    /// <param name="through">Who brought the value to the Secret; null where it lives there.</param>
    public ConsumerReference ToReference(string? through = null) => new(Kind, through is null ? Location : $"{Location}, through {through}", Uptake);
}
