using System.Management.Automation.Host;
using System.Text;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rendering;

/// <summary>
/// Tells the runner of a GitHub workflow what it has to hide in its log. It reads that from what the host prints, so it goes to the host itself, whichever thread it comes from: a value has to be masked before
/// anything can use it.
/// </summary>
/// <remarks>Source: GitHub's page "Workflow commands for GitHub Actions", sections "Masking a value in a log" and, for what is escaped, the toolkit's command.ts.</remarks>
internal static class WorkflowMask
{
    private const string Command = "::add-mask::";

    private static readonly object Printing = new();

    /// <summary>Prints the masks of a value, where this is a step of a workflow.</summary>
    /// <param name="host">The host.</param>
    /// <param name="value">The value.</param>
    public static void Print(PSHost host, SecretValue value)
    {
        if (Environment.GetEnvironmentVariable("GITHUB_ACTIONS") is null or "" or "false")
        {
            return;
        }

        lock (Printing)
        {
            foreach (var line in Lines(value))
            {
                host.UI.WriteLine(line);
            }
        }
    }

    /// <summary>One command for each line: the runner compares lines, and would never find a value that has several.</summary>
    public static IReadOnlyList<string> Lines(SecretValue value) => value.Reveal(static bytes =>
    {
        string text;
        try
        {
            text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            // What is no text is printed as base64, if at all.
            text = Convert.ToBase64String(bytes);
        }

        return text.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .Where(static line => !string.IsNullOrWhiteSpace(line))
            .Select(static line => Command + line.Replace("%", "%25", StringComparison.Ordinal))
            .ToList();
    });
}
