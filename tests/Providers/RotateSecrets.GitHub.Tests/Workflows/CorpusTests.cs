using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Tests.Workflows;

/// <summary>
/// Beside each workflow of the corpus lies what is to be found in it: a line for each reference (place, kind, name, job, environment), or <c>!</c> for a file that is to be refused. Beside a set of files
/// that call one another lies one such list, with the file before each place.
/// </summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Single => [.. CorpusFiles.All.Where(static name => !name.StartsWith("sets", StringComparison.Ordinal))];

    public static TheoryData<string> Sets => [.. CorpusFiles.All.Where(static name => name.StartsWith("sets", StringComparison.Ordinal)).Select(static name => name.Split('/')[1]).Distinct()];

    [Fact]
    public void The_corpus_has_three_hundred_workflows() => Assert.True(CorpusFiles.All.Count >= 300, $"There are {CorpusFiles.All.Count}.");

    [Theory]
    [MemberData(nameof(Single))]
    public async Task Every_reference_of_a_workflow_is_found_where_it_stands_and_nothing_else(string name)
    {
        var searched = await Searched.InAsync(null, ("corpus.yml", await File.ReadAllBytesAsync(CorpusFiles.PathOf(name), TestContext.Current.CancellationToken)));
        await CompareAsync(name + ".refs", searched, withPath: false);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Every_reference_is_found_through_what_a_workflow_calls(string set)
    {
        var files = CorpusFiles.All.Where(name => name.StartsWith($"sets/{set}/", StringComparison.Ordinal)).Select(CorpusFiles.InSet).ToArray();
        await CompareAsync($"sets/{set}/expected.refs", await Searched.InAsync(null, files), withPath: true);
    }

    private static async Task CompareAsync(string expectation, Searched searched, bool withPath)
    {
        var expected = await File.ReadAllLinesAsync(CorpusFiles.PathOf(expectation), TestContext.Current.CancellationToken);
        Assert.Equal(string.Join('\n', expected.Where(static line => line != "!").Order(StringComparer.Ordinal)), string.Join('\n', searched.Lines(withPath)));
        Assert.Equal(expected.Count(static line => line == "!"), searched.Failures.Count);
        Assert.All(searched.Failures, static failure => Assert.Equal(FailureCode.DocumentInvalid, failure.Code));
    }
}
