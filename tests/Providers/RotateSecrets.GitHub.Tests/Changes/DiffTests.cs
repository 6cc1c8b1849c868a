using System.Diagnostics;
using System.Text;
using RotateSecrets.GitHub.Changes;
using RotateSecrets.GitHub.Tests.Workflows;
using RotateSecrets.GitHub.Workflows;

namespace RotateSecrets.GitHub.Tests.Changes;

public sealed class DiffTests
{
    [Fact]
    public async Task Git_applies_the_differences_of_files_of_every_kind_and_has_the_bytes_that_were_meant()
    {
        var folder = Directory.CreateTempSubdirectory("diff");
        try
        {
            var (patch, expected) = (new StringBuilder(), new Dictionary<string, byte[]>(StringComparer.Ordinal));
            foreach (var name in CorpusFiles.All.Where(static name => name.StartsWith("special", StringComparison.Ordinal)))
            {
                var content = await File.ReadAllBytesAsync(CorpusFiles.PathOf(name), TestContext.Current.CancellationToken);
                var found = (await Searched.InAsync(null, ("ci.yml", content))).References.FindAll(static one => one.Spot.Name is not null);
                foreach (var secret in found.Select(static one => one.SecretName!).Distinct().Take(1))
                {
                    var path = $"{expected.Count} {Path.GetFileName(name)}";
                    ReferenceRewriter.Rewrite(content, ".github/workflows/ci.yml", found.FindAll(one => one.SecretName == secret), secret, "ANOTHER").Succeeded(out var rewritten, out _);
                    expected[path] = rewritten!;
                    await File.WriteAllBytesAsync(Path.Combine(folder.FullName, path), content, TestContext.Current.CancellationToken);
                    patch.Append(UnifiedDiff.Of(path, content, rewritten));
                }
            }

            Assert.True(expected.Count > 50);
            Assert.Contains("\\ No newline at end of file", patch.ToString(), StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "all.patch"), patch.ToString(), TestContext.Current.CancellationToken);
            using var git = Process.Start(new ProcessStartInfo("git", ["apply", "--whitespace=nowarn", "all.patch"]) { WorkingDirectory = folder.FullName, RedirectStandardError = true, UseShellExecute = false })!;
            var said = await git.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await git.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(git.ExitCode == 0, said);
            Assert.All(expected, file => Assert.Equal(file.Value, File.ReadAllBytes(Path.Combine(folder.FullName, file.Key))));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
