using System.Text;
using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Workflows;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Tests.Workflows;

/// <summary>Searches files that a test names, and those that it says lie in other repositories.</summary>
internal sealed class Searched
{
    public const string Repository = "acme/proxy";
    public const string Branch = "main";

    public List<SecretReference> References { get; } = [];

    public List<Failure> Failures { get; } = [];

    public List<FileSpot> Fetched { get; } = [];

    /// <summary>Searches one workflow.</summary>
    public static Task<Searched> InAsync(string workflow, string? secret = null) => InAsync(secret, ("ci.yml", workflow));

    /// <summary>Searches files. A name without a slash is one of a workflow, a name with an <c>@</c> one of another repository, after <c>owner/name@ref:</c>.</summary>
    public static Task<Searched> InAsync(string? secret, params (string Name, string Text)[] files) =>
        InAsync(secret, files.Select(static file => (file.Name, Encoding.UTF8.GetBytes(file.Text))).ToArray());

    public static async Task<Searched> InAsync(string? secret, params (string Name, byte[] Content)[] files)
    {
        var searched = new Searched();
        var remote = files.Where(static file => file.Name.Contains('@')).ToDictionary(static file => file.Name, static file => file.Content);
        var own = files.Where(static file => !file.Name.Contains('@')).Select(static file => new WorkflowFile(PathOf(file.Name), file.Content));
        await foreach (var found in WorkflowAnalysis.FindAsync(new WorkflowTree(Repository, Branch, [.. own]), secret, Fetch, TestContext.Current.CancellationToken))
        {
            if (found.Succeeded(out var reference, out var failure))
            {
                searched.References.Add(reference);
            }
            else
            {
                searched.Failures.Add(failure);
            }
        }

        return searched;

        Task<Outcome<WorkflowFile>> Fetch(FileSpot spot, CancellationToken cancellation)
        {
            searched.Fetched.Add(spot);
            return Task.FromResult<Outcome<WorkflowFile>>(remote.TryGetValue($"{spot.Repository}@{spot.Ref}:{spot.Path}", out var content)
                ? new WorkflowFile(spot.Path, content)
                : new Failure(FailureCode.FileNotFound, spot.Path, "There is no such file."));
        }
    }

    /// <summary>One line for each reference: place, kind, name, job, environment.</summary>
    public IEnumerable<string> Lines(bool withPath = false) => References
        .Select(reference => (withPath ? $"{reference.Spot.Path}:" : string.Empty)
            + $"{reference.Spot.Line}:{reference.Spot.Column} {reference.Kind} {reference.SecretName ?? "*"} {reference.Job ?? "-"} "
            + (reference.Environment.IsComputed ? "*" : reference.Environment.Name ?? "-")
            + (reference.IsPossible ? " possible" : string.Empty) + (reference.IsOnlyOfEnvironment ? " environment" : string.Empty))
        .Order(StringComparer.Ordinal);

    private static string PathOf(string name) => name.Contains('/') ? name : $".github/workflows/{name}";
}
