using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Rotation.Reports;

/// <summary>Rotations as an array of objects. Names are camelCase, times ISO 8601 in UTC, durations seconds.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    /// <summary>Puts rotations into an array: in place of earlier ones with their ids, else at its end.</summary>
    public static Outcome<string> Put(string? existing, IReadOnlyList<SecretRotation> rotations)
    {
        if (Parse(existing) is not { } array)
        {
            return new Failure(FailureCode.DocumentInvalid, "report", "What stands there is no report of rotations: a report is a JSON array.")
            {
                Remedy = "Name another file; this one was not touched.",
            };
        }

        foreach (var rotation in rotations)
        {
            var index = array.ToList().FindIndex(node => node is JsonObject entry && entry["id"] is JsonValue id && id.TryGetValue(out string? text) && text == rotation.Id);
            if (index < 0)
            {
                array.Add(Entry(rotation));
            }
            else
            {
                array[index] = Entry(rotation);
            }
        }

        return array.ToJsonString(Options) + "\n";
    }

    private static JsonArray? Parse(string? existing)
    {
        try
        {
            return string.IsNullOrWhiteSpace(existing) ? [] : JsonNode.Parse(existing) as JsonArray;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonNode? Entry(SecretRotation rotation) => JsonSerializer.SerializeToNode(
        new
        {
            rotation.Id,
            rotation.Address,
            rotation.Store,
            rotation.State,
            rotation.Strategy,
            rotation.Emergency,
            rotation.Parent,
            rotation.Previous,
            rotation.Candidate,
            rotation.Holder,
            rotation.StartedAt,
            rotation.ChangedAt,
            DurationSeconds = rotation.Duration.TotalSeconds,
            rotation.Message,
            Steps = rotation.Steps.Select(static step => new { step.Number, step.Kind, step.State, step.StartedAt, DurationSeconds = step.Duration.TotalSeconds, step.Message }),
            Observations = rotation.Observations.Select(static one => new { Kind = one.IsProbe ? "probe" : "consumer", one.Name, one.StartedAt, one.EndedAt, one.Passed, one.Message }),
            Debts = rotation.Debts.Select(static debt => new { debt.VersionId, debt.OwedSince, debt.Attempts, debt.LastAttemptAt, debt.EscalatedAt, debt.IsPaid, debt.Message }),
        },
        Options);
}
