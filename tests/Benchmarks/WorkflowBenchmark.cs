using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Workflows;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Benchmarks;

/// <summary>
/// Reads workflows of some 4 KB and finds every secret in them, against reading the same files and looking for one word. The workflows are put together from the tests' own, as they occur in the wild;
/// one in five doesn't mention secrets.
/// </summary>
internal sealed class WorkflowBenchmark : Benchmark, IDisposable
{
    private const int Files = 3_000;
    private const int Size = 4_096;

    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
    private readonly int expected;

    public WorkflowBenchmark()
    {
        var jobs = Jobs();
        var random = new Random(5);
        for (var file = 0; file < Files; file++)
        {
            var mentions = file % 5 > 0;
            var text = "name: CI\non:\n  push:\n    branches: [main]\n  pull_request:\npermissions:\n  contents: read\njobs:\n";
            for (var number = 0; text.Length < Size; number++)
            {
                var job = jobs[random.Next(jobs.Length)];
                text += mentions ? $"  job-{number}:\n{job.Text}" : $"  job-{number}:\n{job.Text.Replace("secrets", "vars", StringComparison.OrdinalIgnoreCase)}";
                expected += mentions ? job.References : 0;
            }

            File.WriteAllText(PathOf(file), text);
        }
    }

    public override string Compared => "time: secrets found in 3,000 workflows of 4 KB / read and searched for a word";

    public override string Bound => "<= 10.000";

    public override bool Holds(double ratio) => ratio <= 10;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    protected override double Ratio(TimeSpan ours, TimeSpan theirs) => ours / theirs;

    protected override void Ours()
    {
        var found = FindAsync(Enumerable.Range(0, Files).Select(file => new WorkflowFile($".github/workflows/{file}.yml", File.ReadAllBytes(PathOf(file))))).Result;
        if (found != expected)
        {
            throw new InvalidOperationException($"{found} references were found, and there are {expected}.");
        }
    }

    protected override void Theirs()
    {
        var found = Enumerable.Range(0, Files).Count(file => File.ReadAllBytes(PathOf(file)).AsSpan().IndexOf("secrets"u8) >= 0);
        if (found != Files - (Files / 5))
        {
            throw new InvalidOperationException($"The word is in {found} files.");
        }
    }

    private static async Task<int> FindAsync(IEnumerable<WorkflowFile> files)
    {
        var count = 0;
        foreach (var tree in files.Chunk(6).Select(static some => new WorkflowTree("acme/proxy", "main", some)))
        {
            await foreach (var found in WorkflowAnalysis.FindAsync(tree, null, static (spot, _) => Task.FromResult<Outcome<WorkflowFile>>(
                new Failure(FailureCode.FileNotFound, spot.Path, "There is no such file.")), CancellationToken.None))
            {
                count += found.Failure is null ? 1 : throw new InvalidOperationException(found.Failure.ToString());
            }
        }

        return count;
    }

    private string PathOf(int file) => Path.Combine(folder, $"{file}.yml");

    // The jobs of the tests' workflows, each with the number of references in it.
    private static (string Text, int References)[] Jobs()
    {
        var jobs = new List<(string Text, int References)>();
        foreach (var path in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Workflows"), "*.yml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var text = File.ReadAllText(path).ReplaceLineEndings("\n");
            var lines = text[(text.IndexOf("\njobs:\n", StringComparison.Ordinal) + 7)..].TrimEnd('\n').Split('\n');
            var starts = lines.Index().Where(static line => line.Item.Length > 2 && line.Item.StartsWith("  ", StringComparison.Ordinal) && line.Item[2] is not (' ' or '#' or '-')).Select(static line => line.Index).Append(lines.Length).ToList();
            for (var i = 0; i + 1 < starts.Count; i++)
            {
                var job = string.Join('\n', lines[(starts[i] + 1)..starts[i + 1]]) + "\n";
                jobs.Add((job, FindAsync([new WorkflowFile(".github/workflows/x.yml", System.Text.Encoding.UTF8.GetBytes($"on: push\njobs:\n  x:\n{job}"))]).Result));
            }
        }

        return [.. jobs];
    }
}
