using RotateSecrets.Outcomes;

namespace RotateSecrets.Providers;

/// <summary>The way into a system: what a provider assembly names with <see cref="ProviderAttribute"/>.</summary>
public interface IProvider
{
    /// <summary>Connects to the system.</summary>
    /// <param name="request">Where, under which name, and how.</param>
    /// <param name="cancellation">Gives up at once.</param>
    Task<Outcome<Connection>> ConnectAsync(ConnectionRequest request, CancellationToken cancellation);
}

/// <summary>
/// Names the provider in an assembly. The assembly stands in the module's Providers folder and its file name ends in
/// <c>RotateSecrets.&lt;Kind&gt;.dll</c>; it is loaded when its kind is first asked for, in the providers' own load context.
/// </summary>
/// <param name="type">A class with a public constructor without parameters that implements <see cref="IProvider"/>.</param>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class ProviderAttribute(Type type) : Attribute
{
    /// <summary>The provider's class.</summary>
    public Type Type { get; } = type;
}
