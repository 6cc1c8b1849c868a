using System.Globalization;
using System.Text.RegularExpressions;
using Examples.Tests.Hosting;

namespace Examples.Tests;

/// <summary>Runs the example scripts as the README says, and the same things done wrong: the measure can fail.</summary>
public sealed partial class ScriptTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-script-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("planned-rotation.ps1")]
    [InlineData("routine-rotation.ps1")]
    [InlineData("emergency-rotation.ps1")]
    public async Task A_rotation_fails_no_request_and_ends_with_the_old_secret_refused(string script)
    {
        var exit = await RunAsync(Path.Combine(ExampleProgram.PathOf("scripts"), script), "-Folder", folder);

        Assert.True(exit.Code == 0, exit.Output + exit.Error);
        var (requests, failed) = Count(exit.Output);
        Assert.Equal(0, failed);
        Assert.True(requests >= 2000 || script == "emergency-rotation.ps1", $"only {requests} requests were measured");
        Assert.Contains("refused by every replica", exit.Output, StringComparison.Ordinal);
        Assert.Empty(exit.Error);
    }

    [Fact]
    public async Task Stopping_all_replicas_at_once_fails_requests()
    {
        var exit = await RunAsync(Script("all-at-once.ps1"), "-Examples", ExampleProgram.PathOf("scripts"), "-Folder", folder);
        Assert.True(Count(exit.Output).Failed > 0, exit.Output + exit.Error);
    }

    [Fact]
    public async Task Revoking_before_the_restart_is_refused()
    {
        var exit = await RunAsync(Script("revoke-before-restart.ps1"), "-Examples", ExampleProgram.PathOf("scripts"), "-Folder", folder);
        Assert.Equal(1, exit.Code);
        Assert.Contains("3 of 3 instances of Process proxy may still depend on it", Unwrapped(exit.Error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoking_before_the_restart_all_the_same_fails_requests()
    {
        var exit = await RunAsync(Script("revoke-before-restart.ps1"), "-Examples", ExampleProgram.PathOf("scripts"), "-Folder", folder, "-Force");
        Assert.True(Count(exit.Output).Failed > 0, exit.Output + exit.Error);
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Scripts", name);

    private async Task<ProgramExit> RunAsync(string script, params string[] arguments)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["ROTATESECRETS_HOME"] = Path.Combine(folder, "home") };
        await using var shell = ExampleProgram.Start("shell", environment, [script, .. arguments]);
        return await shell.ExitAsync(TimeSpan.FromMinutes(5));
    }

    private static (int Requests, int Failed) Count(string output)
    {
        var match = CountPattern().Match(output);
        Assert.True(match.Success, output);
        return (int.Parse(match.Groups["requests"].Value, CultureInfo.InvariantCulture), int.Parse(match.Groups["failed"].Value, CultureInfo.InvariantCulture));
    }

    private static string Unwrapped(string text) => string.Join(' ', text.Split((char[])[' ', '\n', '|'], StringSplitOptions.RemoveEmptyEntries));

    [GeneratedRegex("^requests: (?<requests>[0-9]+), failed: (?<failed>[0-9]+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex CountPattern();
}
