using System.Runtime.CompilerServices;
using RotateSecrets.Secrets;

namespace RotateSecrets.Binding;

/// <summary>Remembers which values came in as plain text, so that the cmdlet that uses one can warn.</summary>
internal static class PlainText
{
    private static readonly ConditionalWeakTable<SecretValue, object> Marked = [];

    public const string Warning =
        "The secret was given as plain text: it may stay in the history, in a transcript and in memory. "
        + "Use New-SecretValue, Read-Host -AsSecureString or a PSCredential.";

    public static SecretValue Mark(SecretValue value)
    {
        Marked.Add(value, Marked);
        return value;
    }

    public static bool IsMarked(SecretValue value) => Marked.TryGetValue(value, out _);
}
