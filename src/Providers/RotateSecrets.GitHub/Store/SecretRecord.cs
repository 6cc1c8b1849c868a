using System.Globalization;
using System.Text.Json;
using RotateSecrets.GitHub.Client;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Store;

/// <summary>What GitHub tells of a secret.</summary>
/// <param name="Name">Its name.</param>
/// <param name="CreatedAt">When it was first written, to the second.</param>
/// <param name="UpdatedAt">When it was last written, to the second.</param>
/// <param name="Visibility">Which repositories may have it, for an organisation's: all, private or selected; else null.</param>
internal sealed record SecretRecord(string Name, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string? Visibility)
{
    private const string Form = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>
    /// The id of the version: GitHub keeps none, so it is the moment of the last write. Two writes in one second would be one version, which is why the store doesn't let that happen.
    /// </summary>
    public string Id => UpdatedAt.ToString(Form, CultureInfo.InvariantCulture);

    /// <summary>Whether it has had one value alone: nobody can hold an older one.</summary>
    public bool IsFirst => CreatedAt == UpdatedAt;

    /// <summary>Reads it; null where it is none.</summary>
    public static SecretRecord? Of(JsonElement element) =>
        element.Text("name") is { } name && element.Moment("created_at") is { } created && element.Moment("updated_at") is { } updated
            ? new SecretRecord(name, created, updated, element.Text("visibility"))
            : null;

    /// <summary>As a version.</summary>
    public SecretVersion At(SecretAddress address, DateTimeOffset now) =>
        new(address, Id, SecretStage.Current, UpdatedAt) { StagedAt = UpdatedAt, Age = now - UpdatedAt };
}
