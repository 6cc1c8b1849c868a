using System.Collections.Immutable;
using Amazon.SecretsManager.Model;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Versions;

/// <summary>A version and its labels.</summary>
/// <param name="Id">Its id, which is the token that it was written with.</param>
/// <param name="Labels">Its staging labels.</param>
/// <param name="CreatedAt">When it was written.</param>
internal sealed record LabelledVersion(string Id, ImmutableHashSet<string> Labels, DateTimeOffset CreatedAt)
{
    public SecretStage Stage => VersionLabels.StageOf(Labels);

    public SecretVersion At(SecretAddress address, DateTimeOffset now) =>
        new(address, Id, Stage, CreatedAt) { Token = Id, Age = now > CreatedAt ? now - CreatedAt : TimeSpan.Zero };
}

/// <summary>What was last read of a secret, and what was written since.</summary>
/// <param name="Description">What the service says of the secret as a whole.</param>
/// <param name="Versions">Its versions.</param>
internal sealed record SecretView(DescribeSecretResponse Description, ImmutableList<LabelledVersion> Versions)
{
    public LabelledVersion? Current => Versions.Find(static version => version.Stage == SecretStage.Current);

    public LabelledVersion? Pending => Versions.Find(static version => version.Stage == SecretStage.Pending);

    /// <summary>Youngest first; those of one moment in the order in which a version goes from stage to stage.</summary>
    public IEnumerable<LabelledVersion> YoungestFirst =>
        Versions.OrderByDescending(static version => version.CreatedAt).ThenBy(static version => version.Stage);

    public static SecretView Of(DescribeSecretResponse description, IEnumerable<SecretVersionsListEntry> versions) => new(
        description,
        [
            .. versions.Where(static entry => entry.VersionId is not null).Select(entry => new LabelledVersion(
                entry.VersionId!,
                [.. entry.VersionStages ?? []],
                Moment(entry.CreatedDate ?? description.CreatedDate))),
        ]);

    public static DateTimeOffset Moment(DateTime? time) => time is { } known ? new DateTimeOffset(DateTime.SpecifyKind(known, DateTimeKind.Utc)) : DateTimeOffset.UnixEpoch;

    public LabelledVersion? Find(string id) => Versions.Find(version => version.Id == id);

    /// <summary>As it is once a version was written: the service takes its labels from the versions that had them.</summary>
    public SecretView WithWritten(string id, IReadOnlyCollection<string> labels, DateTimeOffset now)
    {
        var view = this with { Versions = Versions.RemoveAll(version => version.Id == id).ConvertAll(version => version with { Labels = version.Labels.Except(labels) }) };
        if (labels.Contains(VersionLabels.Current, StringComparer.Ordinal) && Current is { } replaced)
        {
            view = view.WithPrevious(replaced.Id);
        }

        return view with { Versions = view.Versions.Add(new LabelledVersion(id, [.. labels], now)) };
    }

    /// <summary>As it is once a label was moved, or taken away: with AWSCURRENT, the service moves AWSPREVIOUS too.</summary>
    public SecretView WithMoved(string label, string? from, string? to)
    {
        var view = this with
        {
            Versions = Versions.ConvertAll(version =>
                version.Id == to ? version with { Labels = version.Labels.Add(label) }
                : version.Id == from ? version with { Labels = version.Labels.Remove(label) }
                : version),
        };
        return label == VersionLabels.Current && from is not null ? view.WithPrevious(from) : view;
    }

    private SecretView WithPrevious(string id) => this with
    {
        Versions = Versions.ConvertAll(version => version with
        {
            Labels = version.Id == id ? version.Labels.Add(VersionLabels.Previous) : version.Labels.Remove(VersionLabels.Previous),
        }),
    };
}
