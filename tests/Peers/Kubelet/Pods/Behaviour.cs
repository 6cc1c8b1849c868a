using System.Globalization;
using k8s.Models;
using RotateSecrets.Peers.Kubelet.Secrets;

namespace RotateSecrets.Peers.Kubelet.Pods;

/// <summary>What is wrong with a pod.</summary>
internal enum PodMode
{
    /// <summary>Nothing.</summary>
    Well,

    /// <summary>It runs, and doesn't become ready.</summary>
    NeverReady,

    /// <summary>Its containers end as soon as they are started.</summary>
    CrashLoop,

    /// <summary>Its image can't be had.</summary>
    ImagePullError,

    /// <summary>Its image couldn't be had for so long that it is asked for only now and then.</summary>
    ImagePullBackOff,

    /// <summary>No node takes it.</summary>
    Unschedulable,

    /// <summary>It takes ten times as long to become ready.</summary>
    Slow,

    /// <summary>It ends only with its grace period.</summary>
    Deaf,
}

/// <summary>What a pod's annotations make of it.</summary>
internal sealed class Behaviour(V1Pod pod)
{
    private static readonly Dictionary<string, PodMode> Modes = new(StringComparer.Ordinal)
    {
        ["never-ready"] = PodMode.NeverReady,
        ["crash-loop"] = PodMode.CrashLoop,
        ["image-pull-error"] = PodMode.ImagePullError,
        ["image-pull-back-off"] = PodMode.ImagePullBackOff,
        ["unschedulable"] = PodMode.Unschedulable,
        ["slow"] = PodMode.Slow,
        ["deaf"] = PodMode.Deaf,
    };

    public TimeSpan ReadyAfter => Duration("ready-after", "100ms");

    public TimeSpan RunFor => Duration("run-for", "300ms");

    public TimeSpan BackOff => Duration("back-off", "10s");

    public TimeSpan StopAfter => Duration("stop-after", "50ms");

    public TimeSpan VolumeDelay => Duration("volume-delay", "2s");

    public int ExitCode => int.Parse(Text("exit-code") ?? "0", CultureInfo.InvariantCulture);

    public string Log => Text("log") ?? "started";

    /// <summary>What is wrong with it whatever it holds.</summary>
    public PodMode UnconditionalMode =>
        Text("mode-when") is null && Text("mode-unless") is null && Text("mode") is { } mode ? Modes.GetValueOrDefault(mode) : PodMode.Well;

    /// <summary>What is wrong with it given what it holds.</summary>
    public PodMode ModeWith(Held held, Fingerprint fingerprints)
    {
        if (Modes.FirstOrDefault(mode => held.HasPrefix($"mode={mode.Key}")) is { Key: not null } told)
        {
            return told.Value;
        }

        if (Text("mode") is not { } named || !Modes.TryGetValue(named, out var found))
        {
            return PodMode.Well;
        }

        var shown = held.Shown(fingerprints).Values.ToHashSet(StringComparer.Ordinal);
        return (Listed("mode-when") is { } when && !when.Any(shown.Contains)) || (Listed("mode-unless") is { } unless && unless.Any(shown.Contains))
            ? PodMode.Well
            : found;
    }

    private string[]? Listed(string name) => Text(name)?.Split(',', StringSplitOptions.TrimEntries);

    private string? Text(string name) => pod.GetAnnotation($"kubelet.test/{name}");

    private TimeSpan Duration(string name, string standard)
    {
        var text = Text(name) ?? standard;
        var unit = text.TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.');
        var number = double.Parse(text[..^unit.Length], CultureInfo.InvariantCulture);
        return unit switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            _ => throw new FormatException($"kubelet.test/{name} is {text}: it takes 250ms, 1s or 2m."),
        };
    }
}
