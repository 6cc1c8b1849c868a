using RotateSecrets.Documents;

namespace RotateSecrets.Core.Tests.Documents;

public sealed class SpellingTests
{
    private static readonly string[] Known = ["command", "unit", "replicas", "workingDirectory"];

    [Theory]
    [InlineData("comand", "command")]
    [InlineData("COMMAND", "command")]
    [InlineData("replcias", "replicas")]
    [InlineData("workDirectory", "workingDirectory")]
    [InlineData("unti", "unit")]
    [InlineData("port", null)]
    [InlineData("", null)]
    public void A_slip_of_the_hand_is_recognised_and_another_word_is_not(string word, string? meant) => Assert.Equal(meant, Spelling.Nearest(word, Known));

    [Fact]
    public void A_word_without_end_is_not_guessed_at() => Assert.Null(Spelling.Nearest(new string('x', 1_000_000), Known));
}
