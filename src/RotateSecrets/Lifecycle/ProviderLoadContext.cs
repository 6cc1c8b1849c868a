using System.Reflection;
using System.Runtime.Loader;
using RotateSecrets.Providers;

namespace RotateSecrets.Lifecycle;

/// <summary>
/// The one private context in which all providers live with their packages, whatever other versions of them a user has loaded.
/// What the Providers folder lacks comes from the default context: the heart, and the framework.
/// </summary>
internal sealed class ProviderLoadContext : AssemblyLoadContext
{
    private readonly string folder;
    private readonly IReadOnlyList<AssemblyDependencyResolver> resolvers;

    private ProviderLoadContext(string folder)
        : base("RotateSecrets.Providers")
    {
        this.folder = folder;
        resolvers = [.. ProviderFiles(folder).Select(static file => new AssemblyDependencyResolver(file))];
    }

    /// <summary>The context over the folder beside this assembly. Nothing is loaded before it is asked for.</summary>
    public static Lazy<ProviderLoadContext> Shared { get; } = new(static () =>
        new ProviderLoadContext(Path.Combine(Path.GetDirectoryName(typeof(ProviderLoadContext).Assembly.Location)!, "Providers")));

    /// <summary>The kinds for which there is a provider.</summary>
    public IEnumerable<string> Kinds => ProviderFiles(folder).Select(KindOf);

    /// <summary>Makes the provider of a kind, or answers null where there is none.</summary>
    public IProvider? Create(string kind)
    {
        var file = ProviderFiles(folder).FirstOrDefault(file => KindOf(file).Equals(kind, StringComparison.OrdinalIgnoreCase));
        return file is not null
            && LoadFromAssemblyPath(file).GetCustomAttribute<ProviderAttribute>() is { } named
            && Activator.CreateInstance(named.Type) is IProvider provider
                ? provider
                : null;
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName) =>
        Resolve(resolver => resolver.ResolveAssemblyToPath(assemblyName)) is { } path ? LoadFromAssemblyPath(path) : null;

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        Resolve(resolver => resolver.ResolveUnmanagedDllToPath(unmanagedDllName)) is { } path ? LoadUnmanagedDllFromPath(path) : 0;

    private static IEnumerable<string> ProviderFiles(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*RotateSecrets.*.dll").Order(StringComparer.Ordinal) : [];

    private static string KindOf(string file) => Path.GetFileNameWithoutExtension(file)[(Path.GetFileNameWithoutExtension(file).LastIndexOf('.') + 1)..];

    private string? Resolve(Func<AssemblyDependencyResolver, string?> ask) =>
        resolvers.Select(ask).FirstOrDefault(static path => path is not null);
}
