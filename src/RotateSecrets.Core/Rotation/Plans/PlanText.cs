using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RotateSecrets.Consumers;
using RotateSecrets.Documents;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Rotation.Plans;

/// <summary>A plan as JSON: always the same text for the same plan, and readable as a plan file.</summary>
public static class PlanText
{
    /// <summary>Writes a plan. What is as it would be anyway is left out.</summary>
    /// <param name="plan">The plan.</param>
    public static string Write(RotationPlan plan)
    {
        var fallback = new RotationPlan(plan.Address);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("Address", plan.Address.ToString());
            WriteUnless(plan.Owner is null, () => json.WriteString("Owner", plan.Owner));
            WriteUnless(plan.Strategy == fallback.Strategy, () => json.WriteString("Strategy", plan.Strategy.ToString()));
            WriteValue(json, plan.Value);
            WriteSelection(json, plan.Consumers);
            WriteProbes(json, plan.Probes);
            WriteRuns(json, plan.Runs);
            WriteUnless(plan.Derived.Count == 0, () => WriteTexts(json, "Derived", plan.Derived));
            WriteDuration(json, "Grace", plan.Grace, fallback.Grace);
            WriteDuration(json, "ConvergenceDeadline", plan.ConvergenceDeadline, fallback.ConvergenceDeadline);
            WriteDuration(json, "ProbeDeadline", plan.ProbeDeadline, fallback.ProbeDeadline);
            WriteDuration(json, "DebtLimit", plan.DebtLimit, fallback.DebtLimit);
            WriteUnless(plan.UndoOnFailure, () => json.WriteBoolean("UndoOnFailure", false));
            WriteUnless(plan.HeldAt is null, () => json.WriteString("HeldAt", plan.HeldAt!.ToString()));
            WriteUnless(!plan.AllowIrreversible, () => json.WriteBoolean("AllowIrreversible", true));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()).ReplaceLineEndings("\n");
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="text">The text.</param>
    public static Outcome<RotationPlan> Read(string text) =>
        JsonDocumentReader.Read(Encoding.UTF8.GetBytes(text), "plan").Succeeded(out var root, out var failure)
            ? PlanReader.Read(root, Path.GetFullPath("plan")).Map(static plan => plan with { File = null })
            : failure;

    private static void WriteUnless(bool isDefault, Action write)
    {
        if (!isDefault)
        {
            write();
        }
    }

    private static void WriteDuration(Utf8JsonWriter json, string name, TimeSpan duration, TimeSpan fallback)
    {
        if (duration != fallback)
        {
            json.WriteString(name, duration.ToString("c"));
        }
    }

    private static void WriteValue(Utf8JsonWriter json, ValueRecipe value)
    {
        if (value.Format == ValueRecipe.Default.Format && value.Options.Count == 0)
        {
            return;
        }

        json.WriteStartObject("Value");
        json.WriteString("Format", value.Format);
        foreach (var (name, text) in value.Options.OrderBy(static option => option.Key, StringComparer.OrdinalIgnoreCase))
        {
            json.WriteString(name, text);
        }

        json.WriteEndObject();
    }

    private static void WriteRuns(Utf8JsonWriter json, RunRequest? runs)
    {
        if (runs is null)
        {
            return;
        }

        json.WriteStartObject("Runs");
        WriteUnless(runs.Workflow is null, () => json.WriteString("Workflow", runs.Workflow));
        if (runs.Inputs.Count > 0)
        {
            json.WriteStartObject("Inputs");
            foreach (var (name, text) in runs.Inputs.OrderBy(static input => input.Key, StringComparer.Ordinal))
            {
                json.WriteString(name, text);
            }

            json.WriteEndObject();
        }

        WriteUnless(runs.Ref is null, () => json.WriteString("Ref", runs.Ref));
        WriteUnless(runs.Drain == RunDrainMode.Await, () => json.WriteString("Drain", runs.Drain.ToString()));
        WriteUnless(!runs.Direct, () => json.WriteBoolean("Direct", true));
        json.WriteEndObject();
    }

    private static void WriteSelection(Utf8JsonWriter json, ConsumerSelection consumers)
    {
        if (consumers.Include.Count + consumers.Exclude.Count + consumers.Waves.Count == 0)
        {
            return;
        }

        json.WriteStartObject("Consumers");
        WriteUnless(consumers.Include.Count == 0, () => WriteTexts(json, "Include", consumers.Include));
        WriteUnless(consumers.Exclude.Count == 0, () => WriteTexts(json, "Exclude", consumers.Exclude));
        if (consumers.Waves.Count > 0)
        {
            json.WriteStartArray("Waves");
            foreach (var wave in consumers.Waves)
            {
                json.WriteStartArray();
                foreach (var pattern in wave)
                {
                    json.WriteStringValue(pattern);
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteProbes(Utf8JsonWriter json, IReadOnlyList<ProbeRecipe> probes)
    {
        if (probes.Count == 0)
        {
            return;
        }

        json.WriteStartArray("Probes");
        foreach (var probe in probes)
        {
            json.WriteStartObject();
            json.WriteString(probe.Kind.ToString(), probe.Text);
            WriteUnless(probe.Status is null, () => json.WriteNumber("Status", (int)probe.Status!));
            WriteUnless(probe.Match is null, () => json.WriteString("Match", probe.Match));
            WriteUnless(probe.MaximumLatency is null, () => json.WriteString("MaximumLatency", probe.MaximumLatency!.Value.ToString("c")));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
