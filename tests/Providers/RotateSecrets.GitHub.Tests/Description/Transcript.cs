using System.Collections.Concurrent;
using RotateSecrets.Peers.GitHub;
using RotateSecrets.Peers.GitHub.Http;

namespace RotateSecrets.GitHub.Tests.Description;

/// <summary>
/// All that passes between a test and a double, for the official description to look at afterwards: each request goes through the validating proxy once more, and is answered there as it was. So faults, hooks and
/// clocks of a test stay what they are.
/// </summary>
internal sealed class Transcript
{
    private const int AtATime = 8;

    private readonly ConcurrentQueue<Exchange> exchanges = new();

    private Transcript(GitHubDouble server) => server.Watch = exchanges.Enqueue;

    /// <summary>Takes down what passes from now on; null where the description isn't installed.</summary>
    public static Transcript? Begin(GitHubDouble server) => DescriptionHouse.IsInstalled ? new Transcript(server) : null;

    /// <summary>Fails where a request or an answer wasn't as it is described.</summary>
    public async Task CheckAsync()
    {
        var house = await DescriptionHouse.NeedAsync();
        var flaws = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(exchanges.DistinctBy(static one => (one.Method, one.Target, Convert.ToHexString(one.Body), one.Status, one.Answer)), new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (one, _) =>
        {
            foreach (var flaw in await house.JudgeAsync(one))
            {
                flaws.Enqueue(flaw);
            }
        });
        Assert.True(flaws.IsEmpty, "Not as GitHub's official description has it:\n" + string.Join('\n', flaws.Distinct(StringComparer.Ordinal)));
    }
}
