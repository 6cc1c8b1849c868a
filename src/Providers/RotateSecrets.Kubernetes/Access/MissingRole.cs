namespace RotateSecrets.Kubernetes.Access;

/// <summary>Says what isn't permitted, and which Roles would permit it.</summary>
internal static class MissingRole
{
    // A list of names that nobody reads to its end is no help.
    private const int MostNames = 5;

    /// <summary>What isn't permitted: each resource with its verbs and namespace.</summary>
    public static string Say(IEnumerable<Permission> missing) => "The user of this context may not "
        + string.Join("; nor ", Rules(missing).Select(static rule => $"{string.Join(", ", rule.Verbs)} {rule.Resource}{(rule.Group.Length == 0 ? string.Empty : $" ({rule.Group})")} in the namespace {rule.Namespace}{Named(rule)}"));

    /// <summary>The Roles that would permit it, each rule a line of YAML.</summary>
    public static string Allow(IEnumerable<Permission> missing) => string.Join(' ', Rules(missing).GroupBy(static rule => rule.Namespace, StringComparer.Ordinal).Select(static inside =>
        $"A Role in {inside.Key} with {(inside.Skip(1).Any() ? "these rules" : "this rule")}, bound to that user, would allow it: {string.Join(", ", inside.Select(Yaml))}."));

    private static List<Rule> Rules(IEnumerable<Permission> missing) =>
    [
        .. missing.GroupBy(static one => (one.Namespace, one.Kind.Group, one.Resource, IsNamed: one.Name is not null)).Select(static same => new Rule(
            same.Key.Namespace,
            same.Key.Group,
            same.Key.Resource,
            [.. same.Select(static one => one.Verb).Distinct(StringComparer.Ordinal)],
            [.. same.Select(static one => one.Name).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)])),
    ];

    private static string Named(Rule rule) => rule.Names.Count switch
    {
        0 => string.Empty,
        <= MostNames => $" ({string.Join(", ", rule.Names)})",
        _ => FormattableString.Invariant($" ({string.Join(", ", rule.Names.Take(MostNames))} and {rule.Names.Count - MostNames} more)"),
    };

    private static string Yaml(Rule rule) =>
        $"{{apiGroups: [{Quoted([rule.Group])}], resources: [{Quoted([rule.Resource])}], {(rule.Names.Count is 0 or > MostNames ? string.Empty : $"resourceNames: [{Quoted(rule.Names)}], ")}verbs: [{Quoted(rule.Verbs)}]}}";

    private static string Quoted(IEnumerable<string> texts) => string.Join(", ", texts.Select(static text => $"\"{text}\""));

    private sealed record Rule(string Namespace, string Group, string Resource, IReadOnlyList<string> Verbs, IReadOnlyList<string> Names);
}
