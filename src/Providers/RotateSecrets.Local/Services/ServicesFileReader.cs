using System.Text.RegularExpressions;
using RotateSecrets.Consumers;
using RotateSecrets.Documents;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Services;

/// <summary>Makes services of a document, and collects what is wrong with it.</summary>
internal static partial class ServicesFileReader
{
    private const int MostReplicas = 1000;
    private const int MostSeconds = 86_400;

    private static readonly string[] ServiceNames =
    [
        "name", "command", "unit", "scope", "workingDirectory", "environment", "replicas", "ports", "health", "secrets", "startTimeoutSeconds", "stopTimeoutSeconds",
    ];

    private static readonly string[] ProcessNames = ["command", "workingDirectory", "environment", "replicas", "ports"];

    public static Outcome<ServicesFile> Read(DocumentNode root, string path)
    {
        var errors = new DocumentErrors(path);
        if (root is not MapNode map)
        {
            errors.Add(root.Position, $"this is {root.Word}; write {{ \"services\": [ ... ] }}");
            return errors.ToFailure();
        }

        var services = new List<Service>();
        foreach (var reader in new MapReader(map, errors, "a services file", "$schema", "services").Maps("services", required: true, "a service", ServiceNames) ?? [])
        {
            if (Service(reader, path) is { } service)
            {
                if (services.Exists(earlier => earlier.Name.Equals(service.Name, StringComparison.OrdinalIgnoreCase)))
                {
                    reader.Complain("name", $"there are two services named '{service.Name}'; give one another name");
                }

                if (services.SelectMany(static earlier => earlier.Ports).Intersect(service.Ports).FirstOrDefault() is var taken and not 0)
                {
                    reader.Complain("ports", $"port {taken} belongs to another service; give one of them another");
                }

                services.Add(service);
            }
        }

        return errors.Any ? errors.ToFailure() : new ServicesFile(path, services);
    }

    private static Service? Service(MapReader map, string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        var name = map.Text("name", required: true);
        if (name is not null && !NamePattern().IsMatch(name))
        {
            map.Complain("name", "a service's name has letters, digits, '-', '_' and '.', and begins with a letter or digit");
        }

        if (map.Has("command") == map.Has("unit"))
        {
            map.Errors.Add(map.Position, "a service has either 'command' (a process) or 'unit' (a systemd unit)");
            return null;
        }

        var isUnit = map.Has("unit");
        foreach (var stray in isUnit ? ProcessNames : ["scope"])
        {
            if (map.Has(stray))
            {
                map.Complain(stray, isUnit ? $"'{stray}' belongs to a process; a unit has it in its own file" : $"'{stray}' belongs to a systemd unit");
            }
        }

        var command = map.Texts("command", orSingle: false);
        if (command is [] or ["", ..] or [['-', ..], ..])
        {
            map.Complain("command", "'command' is a list that begins with the program, such as [\"dotnet\", \"proxy.dll\"]");
        }

        var ports = map.Wholes("ports", 1, ushort.MaxValue) ?? [];
        var secrets = map.Maps("secrets", required: true, "a secret", "address", "stage", "environment", "environmentFile", "file", "uptake", "optional") ?? [];
        var service = new Service(name ?? string.Empty, isUnit ? ServiceKind.SystemdUnit : ServiceKind.Process)
        {
            Command = command ?? [],
            Unit = map.Text("unit") ?? string.Empty,
            IsUserUnit = Scope(map),
            WorkingDirectory = Path.GetFullPath(map.Text("workingDirectory") ?? ".", folder),
            Environment = map.Pairs("environment", StringComparer.Ordinal) ?? new Dictionary<string, string>(StringComparer.Ordinal),
            Replicas = map.Whole("replicas", 1, MostReplicas) ?? (map.Has("replicas") ? Math.Max(1, ports.Count) : 1),
            Ports = ports,
            Health = map.Text("health"),
            Secrets = [.. secrets.Select(secret => Binding(secret, folder, isUnit)).OfType<SecretBinding>()],
            StartTimeout = Seconds(map, "startTimeoutSeconds", 30),
            StopTimeout = Seconds(map, "stopTimeoutSeconds", 10),
        };
        ServiceCheck.Note(map, secrets, service);
        return service;
    }

    private static SecretBinding? Binding(MapReader map, string folder, bool isUnit)
    {
        var (variable, file, environmentFile) = (map.Text("environment"), map.Text("file"), map.Text("environmentFile"));
        var stage = map.Choice("stage", SecretStage.Current, SecretStage.Pending, SecretStage.Previous) ?? SecretStage.Current;
        var uptake = map.Choice("uptake", Uptake.Reload, Uptake.Restart) ?? (file is null ? Uptake.Restart : Uptake.Reload);
        var flaw = (variable, file, environmentFile) switch
        {
            (null, null, null) => "a secret is read from 'environment' (a variable) or 'file'",
            (not null, not null, _) or (_, not null, not null) => "a secret is read from one place: 'environment', or 'file', or 'environmentFile' with 'environment'",
            (null, _, not null) => "'environmentFile' needs 'environment': the variable that stands in it",
            (not null, null, null) when isUnit => "a unit's environment is its own; write 'environmentFile' too, or 'file'",
            (not null, _, _) when !ServiceCheck.IsVariable(variable) => "'environment' is no name of a variable: letters, digits and '_', not beginning with a digit",
            (null, not null, null) when isUnit && file.Contains('{', StringComparison.Ordinal) => "a unit is one instance; its 'file' has no placeholders",
            (not null, null, not null) when !isUnit => "'environmentFile' belongs to a systemd unit; a process is given the variable itself, so leave it out",
            (not null, null, not null) when uptake == Uptake.Reload => "a unit reads its 'environmentFile' only when it is started; leave 'uptake' out, or write Restart",
            (not null, null, null) when uptake == Uptake.Reload => "a process can't read its environment again; leave 'uptake' out, or write Restart",
            _ => null,
        };
        if (flaw is not null)
        {
            map.Errors.Add(map.Position, flaw);
        }

        if (map.Text("address", required: true) is not { } text)
        {
            return null;
        }

        if (!SecretAddress.TryParse(text).Succeeded(out var address, out var failure))
        {
            map.Complain("address", $"{failure.Message.TrimEnd('.')}; write store:path or store:path#field");
            return null;
        }

        return new SecretBinding(address, stage, variable, (file ?? environmentFile) is { } path ? Path.GetFullPath(path, folder) : null, uptake)
        {
            IsOptional = map.Flag("optional") ?? stage != SecretStage.Current,
        };
    }

    private static bool Scope(MapReader map)
    {
        var scope = map.Text("scope");
        if (scope is not (null or "system" or "user"))
        {
            map.Complain("scope", "'scope' is system or user");
        }

        return scope == "user";
    }

    private static TimeSpan Seconds(MapReader map, string name, int otherwise) => TimeSpan.FromSeconds(map.Whole(name, 1, MostSeconds) ?? otherwise);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*\\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();
}
