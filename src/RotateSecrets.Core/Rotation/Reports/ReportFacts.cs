using System.Globalization;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Rotation.Reports;

/// <summary>What every report for people says of a rotation, by name.</summary>
internal static class ReportFacts
{
    public static IEnumerable<(string Name, string Value)> Of(SecretRotation rotation)
    {
        yield return ("Rotation", rotation.Id);
        yield return ("Secret", rotation.Address);
        yield return ("Store", rotation.Store);
        yield return ("State", rotation.State.ToString());
        yield return ("Strategy", rotation.Emergency ? $"{rotation.Strategy}, as an emergency" : rotation.Strategy);
        yield return ("Versions", $"{rotation.Previous ?? "none"} to {rotation.Candidate ?? "none"}");
        yield return ("Begun", rotation.StartedAt.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture));
        yield return ("Last event", rotation.ChangedAt.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture));
        yield return ("Took", rotation.Duration.TotalSeconds.ToString("0.0 's'", CultureInfo.InvariantCulture));
        yield return ("Holder", rotation.Holder);
        if (rotation.Parent is { } parent)
        {
            yield return ("Derived from", parent);
        }
    }
}
