using System.Net;
using System.Text.RegularExpressions;
using RotateSecrets.Documents;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation.Plans;

/// <summary>Makes a plan of a document. Every name it knows is carried out; any other is refused.</summary>
public static class PlanReader
{
    private const int LongestName = 253;

    private static readonly TimeSpan LongestProbe = TimeSpan.FromDays(1);

    private static readonly string[] Names =
    [
        "$schema", "Address", "Strategy", "Value", "Consumers", "Probes", "Owner", "Derived", "Grace", "ConvergenceDeadline", "ProbeDeadline", "DebtLimit", "UndoOnFailure",
        "AllowIrreversible", "HeldAt",
    ];

    /// <summary>Makes a plan.</summary>
    /// <param name="root">The document.</param>
    /// <param name="path">The file, for messages; paths in the plan are relative to its folder.</param>
    /// <returns>The plan, or <see cref="FailureCode.DocumentInvalid"/> with all that is wrong, each with line and column.</returns>
    public static Outcome<RotationPlan> Read(DocumentNode root, string path)
    {
        var errors = new DocumentErrors(path);
        if (root is not MapNode map)
        {
            errors.Add(root.Position, $"a plan is a set of named values, and this is {root.Word}");
            return errors.ToFailure();
        }

        var plan = Read(new MapReader(map, errors, "a plan", Names), path);
        return errors.Any || plan is null ? errors.ToFailure() : plan;
    }

    private static RotationPlan? Read(MapReader map, string path)
    {
        var fallback = new RotationPlan(SecretAddress.Parse("none:none"));
        var address = Address(map, "Address", required: true);
        var plan = fallback with
        {
            Strategy = map.Choice<StrategyKind>("Strategy") ?? fallback.Strategy,
            Value = Recipe(map) ?? fallback.Value,
            Consumers = Selection(map) ?? fallback.Consumers,
            Probes = Probes(map) ?? fallback.Probes,
            Owner = map.Text("Owner"),
            Derived = [.. (map.Texts("Derived") ?? []).Select(derived => Path.GetFullPath(derived, Path.GetDirectoryName(Path.GetFullPath(path))!))],
            Grace = map.Duration("Grace") ?? fallback.Grace,
            ConvergenceDeadline = map.Duration("ConvergenceDeadline") ?? fallback.ConvergenceDeadline,
            ProbeDeadline = ProbeDeadline(map) ?? fallback.ProbeDeadline,
            DebtLimit = map.Duration("DebtLimit") ?? fallback.DebtLimit,
            UndoOnFailure = map.Flag("UndoOnFailure") ?? fallback.UndoOnFailure,
            AllowIrreversible = map.Flag("AllowIrreversible") ?? fallback.AllowIrreversible,
            HeldAt = Address(map, "HeldAt"),
            File = path,
        };
        if (plan is { HeldAt: not null, Strategy: not StrategyKind.Overwrite })
        {
            map.Complain("HeldAt", "'HeldAt' belongs to the strategy Overwrite; the others need no copy");
        }

        map.Text("$schema");
        return address is null ? null : plan with { Address = address };
    }

    private static SecretAddress? Address(MapReader map, string name, bool required = false)
    {
        if (map.Text(name, required) is not { } text)
        {
            return null;
        }

        if (SecretAddress.TryParse(text).Succeeded(out var address, out var failure))
        {
            return address;
        }

        map.Complain(name, $"{failure.Message.TrimEnd('.')}; write store:path or store:path#field");
        return null;
    }

    private static TimeSpan? ProbeDeadline(MapReader map)
    {
        var deadline = map.Duration("ProbeDeadline");
        if (deadline is not null && (deadline == TimeSpan.Zero || deadline > LongestProbe))
        {
            map.Complain("ProbeDeadline", "a probe takes more than no time, and at most a day");
            return null;
        }

        return deadline;
    }

    private static ValueRecipe? Recipe(MapReader map)
    {
        if (map.Pairs("Value") is not { } pairs)
        {
            return null;
        }

        var format = pairs.GetValueOrDefault("Format", ValueRecipe.Default.Format);
        return new ValueRecipe(
            format, pairs.Where(static pair => !pair.Key.Equals("Format", StringComparison.OrdinalIgnoreCase)).ToDictionary(StringComparer.OrdinalIgnoreCase));
    }

    private static ConsumerSelection? Selection(MapReader map) =>
        map.Map("Consumers", "Consumers", "Include", "Exclude", "Waves") is { } selection
            ? new ConsumerSelection(selection.Texts("Include") ?? [], selection.Texts("Exclude") ?? [], selection.TextLists("Waves") ?? [])
            : null;

    private static List<ProbeRecipe>? Probes(MapReader map) =>
        map.Maps("Probes", required: false, "a probe", "Http", "Jwt", "Workload", "Status", "Match", "MaximumLatency")?.Select(Probe).OfType<ProbeRecipe>().ToList();

    private static ProbeRecipe? Probe(MapReader probe)
    {
        var kinds = Enum.GetValues<ProbeKind>().Where(kind => probe.Has(kind.ToString())).ToList();
        if (kinds.Count != 1)
        {
            probe.Errors.Add(probe.Position, "a probe has either 'Http' or 'Jwt', with the page that is asked, or 'Workload', with a pattern of consumers");
            return null;
        }

        var kind = kinds[0];
        if (kind != ProbeKind.Http)
        {
            foreach (var name in (string[])["Status", "Match", "MaximumLatency"])
            {
                if (probe.Has(name))
                {
                    probe.Complain(name, $"'{name}' belongs to an Http probe, not to a {kind} probe");
                }
            }
        }

        if (kind == ProbeKind.Workload)
        {
            return Workloads(probe);
        }

        return Page(probe, kind.ToString()) is { } page
            ? new ProbeRecipe(kind, page)
            {
                Status = (HttpStatusCode?)probe.Whole("Status", 100, 599),
                Match = Pattern(probe),
                MaximumLatency = probe.Duration("MaximumLatency"),
            }
            : null;
    }

    private static ProbeRecipe? Workloads(MapReader probe)
    {
        if (probe.Text("Workload", required: true) is not { } pattern)
        {
            return null;
        }

        if (pattern.Length is > 0 and <= LongestName)
        {
            return ProbeRecipe.OfWorkloads(pattern);
        }

        probe.Complain("Workload", FormattableString.Invariant($"a pattern of names has 1 to {LongestName} characters"));
        return null;
    }

    private static Uri? Page(MapReader probe, string name)
    {
        if (probe.Text(name, required: true) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var page) && page.Scheme is "http" or "https" && page.UserInfo.Length == 0)
        {
            return page;
        }

        probe.Complain(name, "this is no page; write an http or https address without credentials, such as https://proxy/healthz");
        return null;
    }

    private static string? Pattern(MapReader probe)
    {
        var pattern = probe.Text("Match");
        try
        {
            _ = pattern is null ? null : new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
            return pattern;
        }
        catch (ArgumentException)
        {
            probe.Complain("Match", "this is no regular expression");
            return null;
        }
    }
}
