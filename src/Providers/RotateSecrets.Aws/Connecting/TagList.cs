using RotateSecrets.Outcomes;

namespace RotateSecrets.Aws.Connecting;

/// <summary>Reads tags.</summary>
internal static class TagList
{
    // Source: Tag and TagListType of the service model.
    private const int Most = 50;
    private const int LongestKey = 128;
    private const int LongestValue = 256;

    /// <summary>Reads tags, each written as <c>key=value</c>.</summary>
    public static Outcome<IReadOnlyDictionary<string, string>> Read(IReadOnlyList<string> texts)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var (key, value) = text.Split('=', 2) is [var left, var right] ? (left, right) : (text, string.Empty);
            if (key.Length is 0 or > LongestKey || value.Length > LongestValue || key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
            {
                return Flaw(key, $"A tag's key has 1 to {LongestKey} characters and doesn't begin with aws:, and its value has at most {LongestValue} characters.");
            }

            if (!tags.TryAdd(key, value))
            {
                return Flaw(key, $"The tag {key} is given twice.");
            }
        }

        return tags.Count <= Most ? Outcome.Of<IReadOnlyDictionary<string, string>>(tags) : Flaw("Tag", $"A secret takes {Most} tags, and these are {tags.Count}.");
    }

    private static Failure Flaw(string target, string message) => new(FailureCode.ValueInvalid, target, message);
}
