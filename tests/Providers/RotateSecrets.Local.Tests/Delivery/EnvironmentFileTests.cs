using System.Text;
using CsCheck;
using RotateSecrets.Local.Delivery;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Tests.Delivery;

public sealed class EnvironmentFileTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Theory]
    [InlineData("", "X=\"v\"\n")]
    [InlineData("# note\n\nA=1\n", "# note\n\nA=1\nX=\"v\"\n")]
    [InlineData("A=1", "A=1\nX=\"v\"\n")]
    [InlineData("X=old\nA=1\n", "A=1\nX=\"v\"\n")]
    [InlineData("A=1\r\n X = old \r\nB=2\r\n", "A=1\r\n B=2\r\nX=\"v\"\n")]
    [InlineData("X=\"old\nA=2\"\nB='\nX=3\n'\n", "B='\nX=3\n'\nX=\"v\"\n")]
    [InlineData("#X=1\n;X=2\nXY=3\nX\n", "#X=1\n;X=2\nXY=3\nX\nX=\"v\"\n")]
    [InlineData("A=a\\\nX=b\nX=one\nX=two", "A=a\\\nX=b\nX=\"v\"\n")]
    [InlineData("A=a\\\n", "A=a\\\n\nX=\"v\"\n")]
    [InlineData("# a\\", "# a\\\n\nX=\"v\"\n")]
    public void A_variable_is_replaced_and_all_else_stays_byte_for_byte(string before, string after)
    {
        File.WriteAllText(path, before);
        using var value = SecretValue.FromText("v");

        EnvironmentFile.Set(path, "X", value);

        Assert.Equal(after, File.ReadAllText(path));
    }

    [Fact]
    public void A_variable_without_a_value_is_taken_out()
    {
        File.WriteAllText(path, "A=1\nX=\"old\nvalue\"\nB=2\n");

        EnvironmentFile.Set(path, "X", null);

        Assert.Equal("A=1\nB=2\n", File.ReadAllText(path));
        Assert.Null(EnvironmentFile.Get(path, "X"));
    }

    [Theory]
    [InlineData("A=\"open\nB=2\n")]
    [InlineData("A='open")]
    public void A_file_in_which_a_quote_is_never_closed_is_left_alone(string before)
    {
        File.WriteAllText(path, before);
        using var value = SecretValue.FromText("v");

        Assert.False(EnvironmentFile.Set(path, "X", value));

        Assert.Equal(before, File.ReadAllText(path));
    }

    // The left column is what systemd 252 was seen to make of the right one.
    [Theory]
    [InlineData("x y", "X=\"x y\"")]
    [InlineData("a\"b\\c$d`e  \n2nd\t\u0001", "X=\"a\\\"b\\\\c\\$d\\`e  \n2nd\t\u0001\"")]
    [InlineData("bare value", "X=bare value  ")]
    [InlineData("single \\n $xtail", "X='single \\n $x'tail")]
    [InlineData("ab", "X=a\\\nb")]
    [InlineData("q1q2bare", "X=\"q1\"\"q2\"  bare")]
    [InlineData("ab\"cd\"", "X=ab\"cd\"")]
    [InlineData("\\x", "X=\"\\x\"")]
    [InlineData("sp", " X = sp")]
    [InlineData("", "X=")]
    [InlineData("last", "X=first\nX=last")]
    public void A_variable_is_read_as_systemd_does(string value, string text)
    {
        File.WriteAllText(path, text + "\n");
        using var read = EnvironmentFile.Get(path, "X");
        Assert.Equal(value, read?.Reveal());
    }

    [Fact]
    public void What_is_written_is_read_again_whatever_it_is_and_whatever_stands_around_it() => Gen.Int.Sample(
        seed =>
        {
            var random = new Random(seed);
            File.WriteAllBytes(path, Some("AX=#'\"\\\n\r \t;$é"));
            var value = Some("ab\"'\\$` \n\t=#X\u00e9");
            using var secret = SecretValue.FromBytes(value);
            var before = File.ReadAllBytes(path);
            if (!EnvironmentFile.Set(path, "NEW", secret))
            {
                Assert.Equal(before, File.ReadAllBytes(path));
                return;
            }

            using var read = EnvironmentFile.Get(path, "NEW");
            Assert.Equal(secret, read);
            var once = File.ReadAllBytes(path);
            EnvironmentFile.Set(path, "NEW", secret);
            Assert.Equal(once, File.ReadAllBytes(path));

            byte[] Some(string from) => Encoding.UTF8.GetBytes(new string([.. Enumerable.Range(0, random.Next(30)).Select(_ => from[random.Next(from.Length)])]));
        },
        iter: 2_000,
        threads: 1);
}
