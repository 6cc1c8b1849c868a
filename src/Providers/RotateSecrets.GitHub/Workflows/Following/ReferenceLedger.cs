using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Workflows.Files;
using RotateSecrets.GitHub.Workflows.Yaml;

namespace RotateSecrets.GitHub.Workflows.Following;

/// <summary>Keeps the references of one workflow, each once.</summary>
/// <param name="maker">Makes them.</param>
internal sealed class ReferenceLedger(ReferenceMaker maker)
{
    private readonly Dictionary<SecretReference, Origin> origins = new(new SameReference());
    private readonly List<Origin> inOrder = [];

    /// <summary>All references, in the order in which they were found.</summary>
    public IEnumerable<SecretReference> References() => inOrder.Select(static origin => origin.Complete());

    /// <summary>Notes a use.</summary>
    /// <param name="visit">The workflow in which it stands.</param>
    /// <param name="use">The use.</param>
    /// <param name="job">The job of the workflow that GitHub starts.</param>
    /// <param name="meanings">What it may come to.</param>
    /// <returns>Where the secrets that it may come to are named.</returns>
    public IReadOnlyList<Origin> Note(Visit visit, SecretUse use, string? job, IReadOnlyList<Meaning> meanings)
    {
        var made = maker.Make(visit.File, use, job, visit.Through, meanings);
        if (visit.Secrets.Named is not { } named)
        {
            return [.. made.Select(Keep)];
        }

        // Here a name is what the caller calls it. But an environment of the job covers what was handed to it.
        foreach (var reference in made.Where(static reference => reference.Environment != JobEnvironment.None))
        {
            Keep(reference with
            {
                IsOnlyOfEnvironment = true,
                IsPossible = reference.IsPossible || reference.SecretName is null || !named.ContainsKey(reference.SecretName),
                Spot = reference.Spot with { Name = null },
            });
        }

        var spot = ReferenceMaker.SpotOf(visit.File, use) with { Name = null };
        var handed = named.Where(one => meanings.Any(meaning => meaning.Name.MayBe(one.Key))).SelectMany(static one => one.Value).Distinct().ToList();
        handed.ForEach(origin => origin.UsedAt(spot));
        return handed;
    }

    /// <summary>Notes that all secrets are handed to a workflow that can't be read.</summary>
    public void NoteInherited(Visit visit, YamlScalar inherit, string job, WantedSecret wanted)
    {
        var spot = visit.File.SpotOf(inherit, 0);
        if (visit.Secrets.Named is { } named)
        {
            foreach (var origin in named.Values.SelectMany(static one => one))
            {
                origin.UsedAt(spot);
            }
        }
        else if (wanted.IsAmongAll)
        {
            Keep(maker.Inherited(spot, job, visit.Through));
        }
    }

    private Origin Keep(SecretReference reference)
    {
        if (!origins.TryGetValue(reference, out var origin))
        {
            origins[reference] = origin = new Origin(inOrder.Count, reference);
            inOrder.Add(origin);
        }

        return origin;
    }

    // How it was come by doesn't make another reference of it.
    private sealed class SameReference : IEqualityComparer<SecretReference>
    {
        public bool Equals(SecretReference? x, SecretReference? y) =>
            x is not null && y is not null
            && (x.Job, x.Kind, x.SecretName, x.IsPossible, x.IsOnlyOfEnvironment) == (y.Job, y.Kind, y.SecretName, y.IsPossible, y.IsOnlyOfEnvironment)
            && x.Environment == y.Environment && x.Spot == y.Spot;

        public int GetHashCode(SecretReference obj) => HashCode.Combine(obj.Spot.Line, obj.Spot.Column, obj.Job?.Length);
    }
}
