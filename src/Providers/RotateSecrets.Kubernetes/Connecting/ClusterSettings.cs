using System.Globalization;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;

namespace RotateSecrets.Kubernetes.Connecting;

/// <summary>What a demand to connect says, read.</summary>
/// <param name="Context">The kubeconfig's context; null for its current one.</param>
/// <param name="Namespace">The one namespace in which consumers are looked for; null for all.</param>
/// <param name="LabelSelector">Which workloads are looked at, as kubectl's -l; null for all.</param>
/// <param name="RestartLimit">How many workloads of the cluster are restarted at a time.</param>
/// <param name="NamespaceRestartLimit">How many of one namespace.</param>
/// <param name="Force">Whether Secrets and workloads that another controller takes care of are changed all the same.</param>
internal sealed record ClusterSettings(string? Context, string? Namespace, string? LabelSelector, int RestartLimit, int NamespaceRestartLimit, bool Force)
{
    /// <summary>How many workloads are restarted at a time, unless it is said otherwise.</summary>
    public const int DefaultRestartLimit = 10;

    private static readonly string[] Known = [nameof(Context), nameof(Namespace), nameof(LabelSelector), nameof(RestartLimit), nameof(NamespaceRestartLimit), nameof(Force)];

    /// <summary>Reads a demand.</summary>
    /// <param name="request">The demand.</param>
    public static Outcome<ClusterSettings> Read(ConnectionRequest request)
    {
        if (request.Settings.Keys.FirstOrDefault(static name => !Known.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            return new Failure(FailureCode.NotSupported, request.Name, $"A cluster has no setting '{unknown}'.") { Remedy = $"It has: {string.Join(", ", Known)}." };
        }

        if (Limit(request, nameof(RestartLimit), DefaultRestartLimit) is not { } all)
        {
            return NoLimit(request, nameof(RestartLimit));
        }

        if (Limit(request, nameof(NamespaceRestartLimit), all) is not { } each)
        {
            return NoLimit(request, nameof(NamespaceRestartLimit));
        }

        return new ClusterSettings(
            One(request, nameof(Context)), One(request, nameof(Namespace)), One(request, nameof(LabelSelector)), all, each, bool.TryParse(One(request, nameof(Force)), out var force) && force);
    }

    private static string? One(ConnectionRequest request, string name) => request.Settings.TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;

    private static int? Limit(ConnectionRequest request, string name, int fallback) => One(request, name) is not { } text
        ? fallback
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0 ? limit : null;

    private static Failure NoLimit(ConnectionRequest request, string name) => new(FailureCode.ValueInvalid, request.Name, $"{name} is a whole number from 1.");
}
