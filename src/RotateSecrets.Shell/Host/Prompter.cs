using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace RotateSecrets.Shell.Host;

/// <summary>Asks the person at the terminal, in the words of pwsh.</summary>
internal sealed class Prompter(Terminal terminal)
{
    /// <summary>Asks for one of several answers, until one is given.</summary>
    public int Choose(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        Terminal.RequireSomeone();
        var options = choices.Select(Option.Of).ToArray();
        var listed = string.Concat(options.Select(static option => $"[{option.Key}] {option.Label}  "));
        var preferred = defaultChoice >= 0 ? $"(default is \"{options[defaultChoice].Key}\")" : "";
        Say(caption, message);
        while (true)
        {
            terminal.WritePrompt($"{listed}[?] Help {preferred}: ");
            var answer = terminal.ReadLine().Trim();
            if (answer is "" && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            if (answer is "?")
            {
                terminal.WritePrompt(string.Concat(options.Select(static option => $"{option.Key} - {option.Help}{Environment.NewLine}")));
            }
            else if (Array.FindIndex(options, option => option.Matches(answer)) is >= 0 and var chosen)
            {
                return chosen;
            }
        }
    }

    /// <summary>Asks for each value that a command can't do without.</summary>
    public Dictionary<string, PSObject> Fill(string caption, string message, Collection<FieldDescription> fields)
    {
        Terminal.RequireSomeone();
        Say(caption, message);
        if (fields.Any(static field => !string.IsNullOrEmpty(field.HelpMessage)))
        {
            terminal.WritePrompt($"(Type !? for Help.){Environment.NewLine}");
        }

        return fields.ToDictionary(static field => field.Name, field => PSObject.AsPSObject(Ask(field)), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Asks for a name, unless it is known, and a password.</summary>
    public PSCredential AskForCredential(string? caption, string? message, string? userName)
    {
        Terminal.RequireSomeone();
        Say(caption, message);
        if (string.IsNullOrEmpty(userName))
        {
            terminal.WritePrompt("User: ");
            userName = terminal.ReadLine();
        }

        terminal.WritePrompt($"Password for user {userName}: ");
        return new PSCredential(userName, terminal.ReadSecret());
    }

    private object Ask(FieldDescription field)
    {
        if (field.ParameterTypeFullName.EndsWith("[]", StringComparison.Ordinal))
        {
            var list = new List<string>();
            while (AskForText($"{field.Name}[{list.Count}]: ", field.HelpMessage) is { Length: > 0 } item)
            {
                list.Add(item);
            }

            return list.ToArray();
        }

        switch (field.ParameterTypeFullName)
        {
            case "System.Security.SecureString":
                terminal.WritePrompt($"{field.Name}: ");
                return terminal.ReadSecret();
            case "System.Management.Automation.PSCredential":
                return AskForCredential(field.Name, message: null, userName: null);
            default:
                return AskForText($"{field.Name}: ", field.HelpMessage);
        }
    }

    private string AskForText(string prompt, string help)
    {
        while (true)
        {
            terminal.WritePrompt(prompt);
            var answer = terminal.ReadLine();
            if (answer is not "!?")
            {
                return answer;
            }

            terminal.WritePrompt(help + Environment.NewLine);
        }
    }

    private void Say(string? caption, string? message)
    {
        var lines = new[] { caption, message }.Where(static text => !string.IsNullOrEmpty(text));
        terminal.WritePrompt(string.Concat(lines.Select(static text => text + Environment.NewLine)));
    }

    /// <summary>An answer: the key is what follows the ampersand in the label, or the whole label.</summary>
    private sealed record Option(string Key, string Label, string Help)
    {
        public static Option Of(ChoiceDescription choice)
        {
            var mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
            var label = choice.Label.Replace("&", "", StringComparison.Ordinal);
            var key = mark >= 0 && mark < label.Length ? label[mark].ToString().ToUpperInvariant() : label;
            return new Option(key, label, choice.HelpMessage);
        }

        public bool Matches(string answer) =>
            answer.Equals(Key, StringComparison.OrdinalIgnoreCase) || answer.Equals(Label, StringComparison.OrdinalIgnoreCase);
    }
}
