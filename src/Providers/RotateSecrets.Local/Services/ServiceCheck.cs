using System.Text.RegularExpressions;
using RotateSecrets.Documents;

namespace RotateSecrets.Local.Services;

/// <summary>Notes what is wrong with a service as a whole.</summary>
internal static partial class ServiceCheck
{
    public static bool IsVariable(string name) => VariablePattern().IsMatch(name);

    public static void Note(MapReader map, IReadOnlyList<MapReader> secrets, Service service)
    {
        if (service.Kind == ServiceKind.Process)
        {
            NoteVariables(map, service);
        }
        else if (!UnitPattern().IsMatch(service.Unit))
        {
            map.Complain("unit", "this is no unit; write its name in full, such as gateway.service");
        }

        if (service.Ports.Count > 0 && service.Ports.Count != service.Replicas)
        {
            map.Complain("ports", $"there are {service.Ports.Count} ports for {service.Replicas} replicas; write one for each");
        }
        else if (service.Ports.Distinct().Count() != service.Ports.Count)
        {
            map.Complain("ports", "two replicas can't have one port");
        }

        NotePlaceholders(map, secrets, service);
        NoteHealth(map, service);
        NotePlaces(map, service);
    }

    private static void NoteVariables(MapReader map, Service service)
    {
        if (service.Environment.Keys.FirstOrDefault(static name => !IsVariable(name)) is { } stray)
        {
            map.Complain("environment", $"'{MapReader.Shortened(stray)}' is no name of a variable: letters, digits and '_', not beginning with a digit");
        }

        if (service.Secrets.FirstOrDefault(secret => secret.File is null && secret.Variable is { } name && service.Environment.ContainsKey(name)) is { } both)
        {
            map.Complain("environment", $"'{both.Variable}' stands here and under 'secrets'; keep it there");
        }
    }

    private static void NotePlaceholders(MapReader map, IReadOnlyList<MapReader> secrets, Service service)
    {
        foreach (var text in ((string[])["command", "environment", "health"]).SelectMany(map.TextNodes).Concat(secrets.SelectMany(static secret => secret.TextNodes("file"))))
        {
            foreach (var word in Placeholders.In(text.Text))
            {
                if (word is not (Placeholders.Replica or Placeholders.Port))
                {
                    var guess = Spelling.Suggest(word, [Placeholders.Replica, Placeholders.Port]);
                    map.Errors.Add(text.Position, $"{{{MapReader.Shortened(word)}}} stands for nothing; {guess} (who means the braces doubles them)");
                }
                else if (word == Placeholders.Port && service.Ports.Count == 0)
                {
                    map.Errors.Add(text.Position, "{port} stands here, and the service has no 'ports'");
                }
            }
        }
    }

    private static void NoteHealth(MapReader map, Service service)
    {
        if (service.Health is not { } health)
        {
            return;
        }

        // Each instance's own: two placeholders side by side may be a port for one, and too large for another.
        IReadOnlyList<int> ports = service.Ports.Count == service.Replicas ? service.Ports : [.. Enumerable.Repeat(1, service.Replicas)];
        var pages = Enumerable.Range(1, service.Replicas).Select(replica => Uri.TryCreate(Placeholders.Fill(health, replica, ports), UriKind.Absolute, out var page) ? page : null).ToList();
        if (pages.Exists(static page => page is not { Scheme: "http" or "https", Host.Length: > 0 }))
        {
            map.Complain("health", "this is no page; write an http or https address, such as http://127.0.0.1:{port}/healthz");
        }
        else if (pages.Exists(static page => page!.UserInfo.Length > 0))
        {
            map.Complain("health", "a name or password in an address is shown wherever the address is; take it out");
        }
        else if (service.Replicas > 1 && !Placeholders.In(health).Any())
        {
            map.Complain("health", $"one page can't tell about {service.Replicas} replicas; write {{port}} or {{replica}} into it");
        }
    }

    private static void NotePlaces(MapReader map, Service service)
    {
        foreach (var twice in service.Secrets.GroupBy(static secret => (secret.Variable, secret.File)).Where(static places => places.Count() > 1))
        {
            map.Complain("secrets", $"two secrets can't both be {(twice.Key.File is null ? $"the variable '{twice.Key.Variable}'" : $"in {twice.Key.File}")}; give one of them another place");
        }
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VariablePattern();

    // systemd.unit(5); no wildcards, and nothing that looks like an option.
    [GeneratedRegex(@"^[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]*\.(service|socket|target|timer|path|slice|scope)\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UnitPattern();
}
