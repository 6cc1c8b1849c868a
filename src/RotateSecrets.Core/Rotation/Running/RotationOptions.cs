using RotateSecrets.Consumers;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation.Running;

/// <summary>How rotations are to be run.</summary>
public sealed record RotationOptions
{
    /// <summary>Whether it is an emergency: the state of services before doesn't matter, waves and grace are left out.</summary>
    public bool Emergency { get; init; }

    /// <summary>How many secrets, and how many consumers, are worked on at a time. Default: 10.</summary>
    public int ThrottleLimit { get; init; } = 10;

    /// <summary>The new value, where it is given and not to be made. It stays the caller's to dispose of.</summary>
    public SecretValue? Value { get; init; }

    /// <summary>Asked once before the first old value is destroyed; a no stops the rotation there. Default: yes.</summary>
    public Func<SecretVersion, Task<bool>> ApproveRevocation { get; init; } = static _ => Task.FromResult(true);

    /// <summary>Told what instances go through, as it happens.</summary>
    public Action<RestartUpdate> Progress { get; init; } = static _ => { };

    /// <summary>Told of each value, new or old, before anything uses it. It is not to be kept.</summary>
    public Action<SecretValue> OnValue { get; init; } = static _ => { };

    /// <summary>How long a lease holds without being renewed. Default: 30 seconds.</summary>
    public TimeSpan LeaseTerm { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a call is tried in all, where trying again may help. Default: 5.</summary>
    public int Attempts { get; init; } = 5;
}
