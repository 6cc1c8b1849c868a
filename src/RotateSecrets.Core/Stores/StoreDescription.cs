namespace RotateSecrets.Stores;

/// <summary>A connected store, in words.</summary>
/// <param name="Name">The name that addresses use.</param>
/// <param name="Kind">The provider's kind: Local, Vault, Aws, GitHub, Kubernetes, or a third party's.</param>
/// <param name="Location">Where it is: a path or a URL, without credentials.</param>
/// <param name="Capabilities">What it can do.</param>
public sealed record StoreDescription(string Name, string Kind, string Location, StoreCapabilities Capabilities)
{
    /// <summary>Name, kind and location.</summary>
    public override string ToString() => $"{Name} ({Kind}, {Location})";
}
