using RotateSecrets.GitHub.Consumers;

namespace RotateSecrets.GitHub.Tests.Repositories;

public sealed class BranchPatternTests
{
    [Theory]
    [InlineData("main", "main", true)]
    [InlineData("main", "main2", false)]
    [InlineData("main", "Main", false)]
    [InlineData("*", "main", true)]
    [InlineData("*", "release/1", false)]
    [InlineData("release/*", "release/1.2", true)]
    [InlineData("release/*", "release/1/2", false)]
    [InlineData("release/*/*", "release/1/2", true)]
    [InlineData("**/*", "a/b/c", true)]
    [InlineData("**/hot", "hot", true)]
    [InlineData("**/hot", "a/b/hot", true)]
    [InlineData("a**", "a/b", false)]
    [InlineData("v?", "v1", true)]
    [InlineData("v?", "v/", false)]
    [InlineData("v[0-9]", "v7", true)]
    [InlineData("v[!0-9]", "v7", false)]
    [InlineData("v[^0-9]", "vx", true)]
    [InlineData("v[^0-9]", "v/", false)]
    [InlineData("v[", "v[", true)]
    [InlineData("v[]", "v[]", true)]
    [InlineData("v[z-a\\]", "v\\", true)]
    [InlineData("a\\*", "a*", true)]
    [InlineData("a\\*", "ab", false)]
    [InlineData("a.b+(c)", "a.b+(c)", true)]
    [InlineData("a.b", "axb", false)]
    public void A_pattern_means_the_branches_that_it_means_to_GitHub(string pattern, string branch, bool isMeant) => Assert.Equal(isMeant, new BranchPattern(pattern).Matches(branch));
}
