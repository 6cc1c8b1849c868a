using System.Text;
using RotateSecrets.Vault.Client;

namespace RotateSecrets.Vault.Tests.Client;

/// <summary>Which states are kept: those of the tests of Vault's own client among them.</summary>
public sealed class ReplicationStatesTests
{
    [Theory]
    [InlineData("v1:c:1:0:h", "v1:c:1:0:h")]
    [InlineData("v1:c:1:0:h v1:c:2:0:h", "v1:c:2:0:h")]
    [InlineData("v1:c:2:0:h v1:c:1:0:h", "v1:c:2:0:h")]
    [InlineData("v1:c:1:0:h v1:c:0:1:h", "v1:c:1:0:h v1:c:0:1:h")]
    [InlineData("v1:c:1:0:h v1:c:0:1:h v1:c:1:1:h", "v1:c:1:1:h")]
    [InlineData("v1:c:5:0:h v1:d:1:0:h", "v1:d:1:0:h")]
    [InlineData("v1:c:2:0:h something", "something")]
    [InlineData("something else", "else")]
    public void Of_two_states_the_one_that_covers_the_other_is_kept(string noted, string kept)
    {
        var states = new ReplicationStates();
        foreach (var state in noted.Split(' '))
        {
            states.Note(Encode(state));
        }

        Assert.Equal(kept.Split(' ').Select(Encode), states.Required);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\r\nX-Other: 1")]
    public void What_is_no_header_is_not_sent_back(string text)
    {
        var states = new ReplicationStates();
        states.Note(text);
        states.Note(new string('x', 5000));
        Assert.Empty(states.Required);
    }

    // What isn't written as Vault writes it may be anything that a header takes.
    private static string Encode(string state) => state.StartsWith("v1:", StringComparison.Ordinal) ? Convert.ToBase64String(Encoding.UTF8.GetBytes(state)) : state;
}
