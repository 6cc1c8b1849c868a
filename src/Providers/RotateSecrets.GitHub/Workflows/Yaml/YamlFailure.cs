using System.Globalization;
using RotateSecrets.Documents;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Workflows.Yaml;

/// <summary>What is wrong with a file, with its place. The text of the file is left out: what was pasted into it may be a secret.</summary>
internal static class YamlFailure
{
    /// <summary>Makes a failure.</summary>
    /// <param name="path">The file.</param>
    /// <param name="place">Where in it.</param>
    /// <param name="what">What is wrong: a clause without a full stop.</param>
    public static Failure At(string path, DocumentPosition place, string what) =>
        new(FailureCode.DocumentInvalid, path, string.Create(CultureInfo.InvariantCulture, $"{path}:{place.Line}:{place.Column}: {what}."))
        {
            Remedy = "Mend the file; until then, which secrets it uses isn't known.",
        };
}
